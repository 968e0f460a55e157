import { describe, expect, it } from '@jest/globals';
import type { Container, Pod } from '../../../../../src/api/schema/pod.js';
import { computePodActions } from '../../../../../src/kubelet/core/plan/pod-actions.js';
import type { ProbeSnapshot } from '../../../../../src/kubelet/core/probes/probe-state.js';
import { probeTargets } from '../../../../../src/kubelet/core/probes/probe-targets.js';
import type { ObservedPod } from '../../../../../src/runtime/observed.js';
import { containerHash } from '../../../../../src/api/hash.js';
import { aContainer, anInstance, aPod, aSandbox, ended, observedPod, T0 } from '../../../../support/builders.js';

const probe = { exec: { command: ['true'] } };
const all: Partial<Container> = { startupProbe: probe, readinessProbe: probe, livenessProbe: probe };
const app = aContainer('app', all);
const unstarted = aContainer('app', { readinessProbe: probe, livenessProbe: probe });
const sidecar = aContainer('proxy', { restartPolicy: 'Always', ...all });
const runs = anInstance('app', { specHash: containerHash(app) });
const proxyRuns = anInstance('proxy', { kind: 'sidecar', specHash: containerHash(sidecar) });

const results = (of: Record<string, Record<string, 'success' | 'failure'>>): ProbeSnapshot =>
  new Map(Object.entries(of));

/** As `app readiness`. */
function targets(pod: Pod, observed: ObservedPod, probes: ProbeSnapshot = new Map()): string[] {
  const input = { pod, observed, problems: new Map(), probes, now: T0 + 2_000 };
  return probeTargets(input, computePodActions(input), '192.0.2.1').map(
    ({ container, kind }) => `${container.name} ${kind}`,
  );
}

describe('what is probed', () => {
  const deleted = { metadata: { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 } };
  const started = results({ 'app-0': { startup: 'success' } });
  const cases: [string, Pod, ObservedPod, ProbeSnapshot, string[]][] = [
    [
      'a startup probe alone until it succeeded',
      aPod({ containers: [app] }),
      observedPod([runs]),
      results({}),
      ['app startup'],
    ],
    [
      'the others after it',
      aPod({ containers: [app] }),
      observedPod([runs]),
      started,
      ['app readiness', 'app liveness'],
    ],
    [
      'nothing but readiness once liveness failed',
      aPod({ containers: [unstarted] }),
      observedPod([runs]),
      results({ 'app-0': { liveness: 'failure' } }),
      ['app readiness'],
    ],
    [
      'nothing once startup failed',
      aPod({ containers: [app] }),
      observedPod([runs]),
      results({ 'app-0': { startup: 'failure' } }),
      [],
    ],
    [
      'readiness alone while the pod is deleted',
      aPod({ containers: [app] }, deleted),
      observedPod([runs]),
      started,
      ['app readiness'],
    ],
    [
      'no startup probe while the pod is deleted',
      aPod({ containers: [app] }, deleted),
      observedPod([runs]),
      results({}),
      [],
    ],
    [
      'nothing of a container that is replaced',
      aPod({ containers: [{ ...app, image: 'busybox:2' }] }),
      observedPod([runs]),
      started,
      ['app readiness'],
    ],
    [
      'nothing of a container that ended',
      aPod({ containers: [app] }),
      observedPod([anInstance('app', ended(1))]),
      started,
      [],
    ],
    [
      'nothing of a paused container',
      aPod({ containers: [app] }),
      observedPod([{ ...runs, paused: true }]),
      started,
      [],
    ],
    [
      'nothing in a dead sandbox',
      aPod({ containers: [app] }),
      observedPod([runs], [aSandbox({ ready: false })]),
      started,
      [],
    ],
    [
      'nothing of a container of another sandbox',
      aPod({ containers: [app] }),
      observedPod([runs], [aSandbox({ instance: 'other' })]),
      started,
      [],
    ],
    [
      'sidecars too',
      aPod({ initContainers: [sidecar], containers: [app] }),
      observedPod([proxyRuns]),
      results({}),
      ['proxy startup'],
    ],
    ['nothing without probes', aPod(), observedPod([anInstance('app')]), results({}), []],
  ];
  it.each(cases)('%s', (_what, pod, observed, probes, wanted) => {
    expect(targets(pod, observed, probes)).toEqual(wanted);
  });

  it('at the address of the pod, or of the node for one on its network', () => {
    const address = (pod: Pod, hostNetwork: boolean): string | undefined => {
      const observed = observedPod([runs], [aSandbox({ hostNetwork, ips: hostNetwork ? [] : ['10.0.0.2'] })]);
      const input = { pod, observed, problems: new Map(), probes: results({}), now: T0 };
      return probeTargets(input, computePodActions(input), '192.0.2.1')[0]?.address;
    };
    expect(address(aPod({ containers: [app] }), false)).toBe('10.0.0.2');
    expect(address(aPod({ containers: [app], hostNetwork: true }), true)).toBe('192.0.2.1');
  });
});
