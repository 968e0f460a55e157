import { describe, expect, it } from '@jest/globals';
import type * as upstream from 'kubernetes-types/core/v1.d.ts';
import type { ConfigMap, Secret } from '../../../../src/api/schema/config.js';
import { eventSchema, type Event } from '../../../../src/api/schema/event.js';
import type { KubeObject } from '../../../../src/api/schema/meta.js';
import { podSchema, type Container, type Pod, type Volume } from '../../../../src/api/schema/pod.js';

type Keys<T> = T extends unknown ? keyof T : never;
/** `never` when every field of the upstream type is one of ours. */
type Missing<Upstream, Ours> = Exclude<Keys<Upstream>, Keys<Ours>>;
type IsNever<T> = [T] extends [never] ? true : false;

/** These lines are the test: a misspelt or forgotten field does not compile. API 1.30 is what the package knows. */
const assignable = {
  pod: (pod: Pod): upstream.Pod => pod,
  event: (event: Event): upstream.Event => event,
  configMap: (configMap: ConfigMap): upstream.ConfigMap => configMap,
  secret: (secret: Secret): upstream.Secret => secret,
  object: (pod: Pod): KubeObject => pod,
};
const complete: Record<string, true> = {
  spec: true satisfies IsNever<Missing<upstream.PodSpec, Pod['spec']>>,
  container: true satisfies IsNever<Missing<upstream.Container, Container>>,
  ephemeral: true satisfies IsNever<
    Missing<upstream.EphemeralContainer, NonNullable<Pod['spec']['ephemeralContainers']>[number]>
  >,
  volume: true satisfies IsNever<Missing<upstream.Volume, Volume>>,
  status: true satisfies IsNever<Missing<upstream.PodStatus, NonNullable<Pod['status']>>>,
  probe: true satisfies IsNever<Missing<upstream.Probe, NonNullable<Container['livenessProbe']>>>,
  security: true satisfies IsNever<Missing<upstream.SecurityContext, NonNullable<Container['securityContext']>>>,
  podSecurity: true satisfies IsNever<
    Missing<upstream.PodSecurityContext, NonNullable<Pod['spec']['securityContext']>>
  >,
};

describe('the pod schema', () => {
  it('knows every field of the upstream types and is assignable to them', () => {
    expect(Object.keys(assignable)).toHaveLength(5);
    expect(Object.values(complete)).not.toContain(false);
  });

  it('takes numbers as amounts and keeps them as text', () => {
    const pod = podSchema.parse({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'a', image: 'b', resources: { limits: { cpu: 0.5, memory: '64Mi' } } }] },
    });
    expect(pod.spec.containers[0]?.resources?.limits).toEqual({ cpu: '0.5', memory: '64Mi' });
  });

  it('refuses unknown fields at every level', () => {
    const result = podSchema.safeParse({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'a', Image: 'b', image: 'b', ports: [{ containerPort: 80, port: 1 }] }] },
    });
    expect(result.error?.issues.map((issue) => [issue.code, issue.path.join('.')])).toEqual([
      ['unrecognized_keys', 'spec.containers.0.ports.0'],
      ['unrecognized_keys', 'spec.containers.0'],
    ]);
  });

  it('reads an event with microseconds', () => {
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'web.1', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'web' },
      type: 'Normal',
      eventTime: '2026-11-21T03:00:00.123456Z',
    };
    expect(eventSchema.parse(event)).toEqual(event);
  });
});
