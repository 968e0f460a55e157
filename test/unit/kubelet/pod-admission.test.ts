import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { admitPod } from '../../../src/kubelet/pod-admission.js';

const NOW = Date.parse('2026-01-01T00:00:00.900Z');
const pod = (metadata: Partial<Pod['metadata']> = {}, spec: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', ...metadata },
  spec: { containers: [{ name: 'app', image: 'busybox' }], ...spec },
});
const admit = (given: Pod, uid?: string): Pod =>
  admitPod(given, { nodeName: 'node-a', now: NOW, ...(uid === undefined ? {} : { uid }) });

describe('admission', () => {
  it('puts a pod on this node, pending, into the default namespace', () => {
    expect(admit(pod())).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 },
      spec: { containers: [{ name: 'app', image: 'busybox' }], nodeName: 'node-a' },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  it('keeps namespace, labels and annotations', () => {
    const metadata = { namespace: 'team', labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['x/y'] };
    expect(admit(pod(metadata)).metadata).toMatchObject(metadata);
  });

  it('takes a uid from the source only', () => {
    expect(admit(pod({ uid: 'copied' })).metadata.uid).toBeUndefined();
    expect(admit(pod({ uid: 'copied' }), 'mine').metadata.uid).toBe('mine');
  });

  it('forgets what a manifest copied from a cluster says of its earlier life', () => {
    const copied: Pod = {
      ...pod({
        uid: 'u',
        resourceVersion: '5',
        generation: 9,
        creationTimestamp: '2020-01-01T00:00:00Z',
        deletionTimestamp: '2020-01-01T00:00:00Z',
        deletionGracePeriodSeconds: 5,
        selfLink: '/x',
        managedFields: [],
      }),
      status: { phase: 'Running', podIP: '10.0.0.1' },
    };
    expect(admit(copied)).toEqual(admit(pod()));
  });

  it('computes the QoS class', () => {
    const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } };
    const guaranteed = pod({}, { containers: [{ name: 'app', image: 'busybox', resources }] });
    expect(admit(guaranteed).status?.qosClass).toBe('Guaranteed');
  });

  it('accepts its own node name and refuses another', () => {
    expect(admit(pod({}, { nodeName: 'node-a' })).spec.nodeName).toBe('node-a');
    expect(() => admit(pod({}, { nodeName: 'node-b' }))).toThrow(
      'Pod "web" is invalid: spec.nodeName: Invalid value: "node-b": this node is "node-a"',
    );
  });

  it('leaves the given pod alone', () => {
    const given = Object.freeze(pod());
    admit(given);
    expect(given).toEqual(pod());
  });
});
