import { describe, expect, it } from '@jest/globals';
import { collectGarbage } from '../../../../../src/kubelet/core/plan/garbage.js';
import type { ObservedContainer, ObservedSandbox } from '../../../../../src/runtime/observed.js';
import { anInstance, aSandbox, ended, observedPod } from '../../../../support/builders.js';

const removed = (containers: ObservedContainer[], sandboxes: ObservedSandbox[] = [aSandbox()]): string[] =>
  collectGarbage(observedPod(containers, sandboxes), sandboxes[0] ?? aSandbox()).map((action) =>
    'id' in action ? action.id : action.kind,
  );
const dead = (name: string, attempt: number, changes: Partial<ObservedContainer> = {}): ObservedContainer =>
  anInstance(name, { attempt, ...ended(1), ...changes });
const live = (name: string, attempt: number): ObservedContainer => anInstance(name, { attempt });
const created = (name: string, attempt: number): ObservedContainer => anInstance(name, { attempt, state: 'created' });

describe('garbage of a running pod', () => {
  it.each<[string, ObservedContainer[], string[]]>([
    ['is nothing while there is one instance', [dead('app', 0)], []],
    ['keeps the last dead one beside the live one', [live('app', 1), dead('app', 0)], []],
    [
      'is every dead one before the last',
      [live('app', 3), dead('app', 2), dead('app', 1), dead('app', 0)],
      ['app-1', 'app-0'],
    ],
    ['keeps the newest dead one of a waiting container', [dead('app', 2), dead('app', 1)], ['app-1']],
    ['keeps one about to start and the last dead one', [created('app', 2), dead('app', 1), dead('app', 0)], ['app-0']],
    ['is an old instance that was never started', [live('app', 2), created('app', 1), dead('app', 0)], ['app-1']],
    [
      'counts each container for itself',
      [dead('b', 1), dead('a', 0), dead('b', 0), dead('a', 1)].sort((x, y) => y.attempt - x.attempt),
      ['b-0', 'a-0'].sort().reverse(),
    ],
    [
      'never is what may be running',
      [live('app', 1), live('app', 0), anInstance('app', { id: 'odd', state: 'unknown' })],
      [],
    ],
  ])('%s', (_what, containers, wanted) => {
    expect(removed(containers).sort()).toEqual([...wanted].sort());
  });

  it('are the init containers of an earlier sandbox, but no other containers of it', () => {
    const before = { sandboxInstance: 'sandbox-0@0' };
    const sandboxes = [aSandbox({ attempt: 1 })];
    const containers = [
      dead('setup', 0, { kind: 'init', ...before }),
      dead('proxy', 0, { kind: 'sidecar', ...before }),
      dead('app', 0, before),
    ];
    expect(removed(containers, sandboxes)).toEqual(['setup-0']);
  });

  it('are dead sandboxes before the current one', () => {
    const sandboxes = [
      aSandbox({ attempt: 3 }),
      aSandbox({ attempt: 2, ready: false }),
      aSandbox({ attempt: 1, ready: false }),
    ];
    expect(removed([], sandboxes)).toEqual(['sandbox-2', 'sandbox-1']);
  });
});
