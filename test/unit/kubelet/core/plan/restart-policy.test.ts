import { describe, expect, it } from '@jest/globals';
import type { Container } from '../../../../../src/api/schema/pod.js';
import {
  effectiveRestartPolicy,
  restartsAfter,
  restartsAllAfter,
  type RestartPolicy,
} from '../../../../../src/kubelet/core/plan/restart-policy.js';
import type { ContainerKind } from '../../../../../src/runtime/observed.js';
import { aContainer, aPod } from '../../../../support/builders.js';

type Rule = NonNullable<Container['restartPolicyRules']>[number];
const rule = (operator: 'In' | 'NotIn', values: number[], action: Rule['action'] = 'Restart'): Rule => ({
  action,
  exitCodes: { operator, values },
});
const container = (restartPolicy: RestartPolicy, rules: Rule[] = [], kind: ContainerKind = 'app') => ({
  kind,
  restartPolicy,
  spec: { restartPolicyRules: rules },
});

describe('restart rules', () => {
  it.each<[string, Rule[], number | undefined, boolean]>([
    ['a code that is named', [rule('In', [3, 4])], 4, true],
    ['a code that is not named', [rule('In', [3, 4])], 5, false],
    ['a code that is not excluded', [rule('NotIn', [0, 3])], 5, true],
    ['a code that is excluded', [rule('NotIn', [0, 3])], 3, false],
    ['the second of two', [rule('In', [3]), rule('In', [4])], 4, true],
    ['a code nobody knows', [rule('NotIn', [0])], undefined, false],
    ['no codes', [rule('In', [])], 0, false],
  ])('decide before the policy: %s', (_what, rules, exitCode, restarts) => {
    expect(restartsAfter(container('Never', rules), exitCode)).toBe(restarts);
  });

  it('fall back on the policy', () => {
    expect(restartsAfter(container('Always', [rule('In', [3])]), 0)).toBe(true);
    expect(restartsAfter(container('OnFailure', [rule('In', [3])]), 0)).toBe(false);
  });

  it('restart all containers when the first that matches says so, but not for an init container that succeeded', () => {
    const all = rule('In', [0, 7], 'RestartAllContainers');
    expect(restartsAllAfter(container('Never', [all]), 7)).toBe(true);
    expect(restartsAfter(container('Never', [all]), 7)).toBe(true);
    expect(restartsAllAfter(container('Never', [rule('In', [7]), all]), 7)).toBe(false);
    expect(restartsAllAfter(container('Never', [all], 'init'), 0)).toBe(false);
  });
});

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
    expect(restartsAfter(container(policy), exitCode)).toBe(restarts);
  });

  it('of an init container is its own where it has one', () => {
    const never = aContainer('c', { restartPolicy: 'Never' });
    expect(effectiveRestartPolicy(aPod(), never, 'init')).toBe('Never');
    const onFailure = aContainer('c', { restartPolicy: 'OnFailure' });
    expect(effectiveRestartPolicy(aPod({ restartPolicy: 'Never' }), onFailure, 'init')).toBe('OnFailure');
  });
});
