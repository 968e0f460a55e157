import { describe, expect, it } from '@jest/globals';
import {
  effectiveRestartPolicy,
  restartsAfter,
  type RestartPolicy,
} from '../../../../src/kubelet/core/restart-policy.js';
import type { ContainerKind } from '../../../../src/runtime/observed.js';
import { aContainer, aPod } from '../../../support/builders.js';

describe('restart policy', () => {
  const cases: [RestartPolicy, Record<ContainerKind, RestartPolicy>][] = [
    ['Always', { app: 'Always', init: 'OnFailure', sidecar: 'Always', ephemeral: 'Never' }],
    ['OnFailure', { app: 'OnFailure', init: 'OnFailure', sidecar: 'Always', ephemeral: 'Never' }],
    ['Never', { app: 'Never', init: 'Never', sidecar: 'Always', ephemeral: 'Never' }],
  ];
  it.each(cases)('of a pod with %s is %p', (restartPolicy, wanted) => {
    const pod = aPod({ restartPolicy });
    for (const [kind, policy] of Object.entries(wanted)) {
      expect([kind, effectiveRestartPolicy(pod, aContainer('c'), kind as ContainerKind)]).toEqual([kind, policy]);
    }
  });

  it('is Always when the pod does not say', () => {
    const pod = { ...aPod(), spec: { containers: [] } };
    expect(effectiveRestartPolicy(pod, aContainer('c'), 'app')).toBe('Always');
  });

  it("is a main container's own where it has one", () => {
    expect(effectiveRestartPolicy(aPod(), aContainer('c', { restartPolicy: 'Never' }), 'app')).toBe('Never');
  });

  it.each<[RestartPolicy, number | undefined, boolean]>([
    ['Always', 0, true],
    ['Always', 1, true],
    ['Always', undefined, true],
    ['OnFailure', 0, false],
    ['OnFailure', 1, true],
    ['OnFailure', undefined, true],
    ['Never', 0, false],
    ['Never', 1, false],
    ['Never', undefined, false],
  ])('%s after exit code %p restarts: %p', (policy, exitCode, restarts) => {
    expect(restartsAfter(policy, exitCode)).toBe(restarts);
  });
});
