import { describe, expect, it } from '@jest/globals';
import { computeNamespaceReport, type ContainerProcess } from '../../../../src/cli/namespaces/namespace-report.js';
import { formatNamespaceReport } from '../../../../src/cli/namespaces/namespace-table.js';

const process = (container: string, pid: number, own: Partial<ContainerProcess['namespaces']>): ContainerProcess => ({
  container,
  pid,
  namespaces: { net: '1', ipc: '2', uts: '3', pid: '4', mnt: '5', user: '6', cgroup: '7', ...own },
});
const SANDBOX = process('POD', 100, {});
const PLAIN = (_style: unknown, text: string): string => text;

describe('computeNamespaceReport', () => {
  const report = computeNamespaceReport('default/web', 'vm', [
    process('b', 102, { pid: '14', mnt: '15', uts: '3' }),
    SANDBOX,
    process('a', 101, { pid: '24', mnt: '25', uts: '23' }),
  ]);

  it('lists the sandbox first, then containers by name', () => {
    expect(report.containers.map(({ name, pid }) => [name, pid])).toEqual([
      ['POD', 100],
      ['a', 101],
      ['b', 102],
    ]);
  });

  it('compares every namespace of every container with the sandbox', () => {
    expect(report.containers[0]?.namespaces.net).toEqual({ inode: '1' });
    expect(report.containers[1]?.namespaces.net).toEqual({ inode: '1', shared: true });
    expect(report.containers[1]?.namespaces.pid).toEqual({ inode: '24', shared: false });
    expect(report.verdicts).toEqual({
      net: 'shared',
      ipc: 'shared',
      uts: 'mixed',
      pid: 'private',
      mnt: 'private',
      user: 'shared',
      cgroup: 'shared',
    });
  });

  it('sums it up in a sentence', () => {
    expect(report.summary).toBe(
      'The 2 containers of pod default/web share net, ipc, user and cgroup with the sandbox; ' +
        'pid and mnt are private to each; uts is shared by some.',
    );
  });

  it('does not claim what it could not read', () => {
    const unreadable = computeNamespaceReport('default/web', 'vm', [
      SANDBOX,
      { container: 'a', pid: 1, namespaces: {} },
    ]);
    expect(unreadable.verdicts.net).toBe('unknown');
    expect(unreadable.containers[1]?.namespaces.net).toEqual({});
  });

  it('says so when only the sandbox runs', () => {
    expect(computeNamespaceReport('default/web', 'vm', [SANDBOX]).summary).toBe(
      'Pod default/web has no running container.',
    );
  });
});

describe('formatNamespaceReport', () => {
  it('prints a table, a verdict for each column, and the sentence', () => {
    const report = computeNamespaceReport('default/web', 'vm', [
      SANDBOX,
      process('app', 101, { pid: '14', mnt: '15' }),
    ]);
    expect(formatNamespaceReport(report, PLAIN)).toBe(
      [
        'CONTAINER   PID   NET      IPC      UTS      PID-NS    MNT       USER     CGROUP',
        'POD         100   1        2        3        4         5         6        7',
        'app         101   1        2        3        14        15        6        7',
        '                  shared   shared   shared   private   private   shared   shared',
        '',
        'The container of pod default/web shares net, ipc, uts, user and cgroup with the sandbox; pid and mnt are its own.',
        '',
      ].join('\n'),
    );
  });
});
