import { expect, it } from '@jest/globals';
import { backoffMessage, podDescription } from '../../../../../src/kubelet/core/plan/messages.js';
import { podIdentity } from '../../../../../src/kubelet/core/view/pod-identity.js';
import { aPod } from '../../../../support/builders.js';

const pod = { uid: 'u-1', namespace: 'team', name: 'web' };

it('describes a pod as the kubelet does', () => {
  expect(podDescription(pod)).toBe('web_team(u-1)');
});

it.each([
  [10_000, '10s'],
  [20_000, '20s'],
  [40_000, '40s'],
  [80_000, '1m20s'],
  [160_000, '2m40s'],
  [300_000, '5m0s'],
])('says how long a crashing container waits: %d ms is %s', (delayMs, text) => {
  expect(backoffMessage(pod, 'app', delayMs)).toBe(
    `back-off ${text} restarting failed container=app pod=web_team(u-1)`,
  );
});

it('knows a pod by uid, namespace and name', () => {
  expect(podIdentity(aPod())).toEqual({ uid: 'uid-1', namespace: 'default', name: 'web' });
  expect(podIdentity({ ...aPod(), metadata: { name: 'web' } })).toEqual({ uid: '', namespace: 'default', name: 'web' });
});
