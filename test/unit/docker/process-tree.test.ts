import { describe, expect, it } from '@jest/globals';
import { parseStat, processTree, type Process } from '../../../src/docker/process-tree.js';

describe('process tree', () => {
  it.each<[string, string, Process | undefined]>([
    ['an ordinary process', '42 (sh) S 7 42 42 0 -1', { pid: 42, parent: 7, session: 42 }],
    ['a name with anything in it', '42 (a ) R 1 2 (b) c) R 7 41 40 0', { pid: 42, parent: 7, session: 40 }],
    ['a process that ended meanwhile', '', undefined],
  ])('reads %s', (_what, text, wanted) => {
    expect(parseStat(text)).toEqual(wanted);
  });

  it('has descendants, whatever the order, and what is left of the session, and nobody else', () => {
    const processes: Process[] = [
      { pid: 13, parent: 12, session: 13 }, // grandchild with a session of its own, listed before its parent
      { pid: 12, parent: 10, session: 10 },
      { pid: 10, parent: 1, session: 10 }, // the command
      { pid: 14, parent: 1, session: 10 }, // its parent is gone
      { pid: 15, parent: 1, session: 15 }, // a daemon, or somebody else
      { pid: 16, parent: 15, session: 15 },
      { pid: 1, parent: 0, session: 1 },
    ];
    expect([...processTree(10, processes)].sort()).toEqual([10, 12, 13, 14]);
  });
});
