import { describe, expect, it } from '@jest/globals';
import { currentSandbox, isLive, judgeSandbox } from '../../../../../src/kubelet/core/view/sandbox-view.js';
import type { ObservedContainer, ObservedSandbox } from '../../../../../src/runtime/observed.js';
import { anInstance, aSandbox, ended, observedPod } from '../../../../support/builders.js';

const verdict = (
  sandboxes: ObservedSandbox[],
  containers: ObservedContainer[] = [],
  hostNetwork = false,
): number | 'good' => {
  const judged = judgeSandbox(observedPod(containers, sandboxes), hostNetwork);
  return judged.kind === 'good' ? 'good' : judged.attempt;
};
const deadSandbox = (attempt = 0): ObservedSandbox => aSandbox({ attempt, ready: false, ips: [] });

describe('is there a sandbox to build on?', () => {
  it.each<[string, ObservedSandbox[], number | 'good']>([
    ['none at all: the first', [], 0],
    ['one that runs: yes', [aSandbox()], 'good'],
    ['a dead one: the next', [deadSandbox()], 1],
    ['a creation that was interrupted: the same again', [aSandbox({ attempt: 2, created: true, ready: false })], 2],
    ['a running one before a dead one: yes', [aSandbox({ attempt: 1 }), deadSandbox()], 'good'],
    ['a dead one before a running one: after the newest', [deadSandbox(4), aSandbox({ attempt: 3 })], 5],
    ['two that run: after the newest', [aSandbox({ attempt: 1 }), aSandbox()], 2],
    ['one without an address: the next', [aSandbox({ ips: [] })], 1],
    ['one on another network: the next', [aSandbox({ hostNetwork: true })], 1],
  ])('%s', (_what, sandboxes, wanted) => {
    expect(verdict(sandboxes)).toBe(wanted);
  });

  it('one on the host network needs no address', () => {
    expect(verdict([aSandbox({ hostNetwork: true, ips: [] })], [], true)).toBe('good');
    expect(verdict([aSandbox()], [], true)).toBe(1);
  });

  it('one restarted by hand lost what runs; what is dead or on its way out does not matter', () => {
    const restarted = aSandbox({ instance: 'sandbox-0@2' });
    expect(verdict([restarted], [anInstance('app')])).toBe(1);
    expect(verdict([restarted], [anInstance('app', { state: 'unknown' })])).toBe('good');
    expect(verdict([restarted], [anInstance('app', ended(0))])).toBe('good');
    expect(verdict([restarted], [anInstance('app', { sandboxInstance: 'sandbox-0@2' })])).toBe('good');
  });
});

describe('the current sandbox', () => {
  it.each<[string, ObservedSandbox[], string | undefined]>([
    ['is the newest when it runs', [aSandbox({ attempt: 1 }), aSandbox()], 'sandbox-1'],
    ['is never an older one', [deadSandbox(1), aSandbox()], undefined],
    ['does not exist without any', [], undefined],
  ])('%s', (_what, sandboxes, id) => {
    expect(currentSandbox(observedPod([], sandboxes))?.id).toBe(id);
  });
});

it('what may be running is live', () => {
  expect((['created', 'running', 'exited', 'unknown'] as const).filter(isLive)).toEqual(['running', 'unknown']);
});
