import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../../../src/api/schema/pod.js';
import { firstStarts, needsRunningSandbox } from '../../../../../src/kubelet/core/plan/first-starts.js';
import type { ObservedContainer, ObservedSandbox } from '../../../../../src/runtime/observed.js';
import { aContainer, anInstance, aPod, aSandbox, observedPod, T0 } from '../../../../support/builders.js';

const NOTHING: [ObservedSandbox[], ObservedContainer[]] = [[], []];
const first = (spec: Partial<Pod['spec']>, [sandboxes, containers] = NOTHING, problems = new Map()): string[] =>
  firstStarts({ pod: aPod(spec), observed: observedPod(containers, sandboxes), problems, now: T0 }).map(
    ({ attempt, name }) => `${name}/${attempt}`,
  );
const init = aContainer('init');
const sidecar = aContainer('sidecar', { restartPolicy: 'Always' });
const [one, two] = [aContainer('one'), aContainer('two')];
const hook = { lifecycle: { postStart: { exec: { command: ['true'] } } } };

describe('what is created while the sandbox starts', () => {
  it.each<[string, Partial<Pod['spec']>, string[]]>([
    ['all containers', { containers: [one, two] }, ['one/0', 'two/0']],
    ['none behind one with a postStart hook', { containers: [aContainer('one', hook), two] }, ['one/0']],
    ['the first init container alone', { initContainers: [init, sidecar], containers: [one] }, ['init/0']],
    ['a sidecar alone', { initContainers: [sidecar, init], containers: [one] }, ['sidecar/0']],
    ['on the host network too', { hostNetwork: true, containers: [one] }, ['one/0']],
  ])('is %s', (_title, spec, expected) => {
    expect(first(spec)).toEqual(expected);
  });

  it('is nothing where there was something before, or where a start has just failed', () => {
    expect(first({ containers: [one] }, [[], [anInstance('one')]])).toEqual([]);
    expect(first({ containers: [one] }, [[aSandbox({ ready: false })], []])).toEqual([]);
    const problem = { reason: 'ErrImagePull', message: '', retryAt: T0 + 1 };
    expect(first({ containers: [one] }, NOTHING, new Map([['one', problem]]))).toEqual([]);
  });
});

it.each([
  [{}, false],
  [{ env: [{ name: 'A', value: 'b' }] }, false],
  [{ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }, false],
  [{ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } } }] }, true],
  [{ volumeMounts: [{ name: 'v', mountPath: '/v' }] }, false],
  [{ volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a' }] }, true],
  [{ volumeMounts: [{ name: 'v', mountPath: '/v', subPathExpr: '$(A)' }] }, true],
])('%j needs a running sandbox: %j', (changes, expected) => {
  expect(needsRunningSandbox(aContainer('app', changes))).toBe(expected);
});
