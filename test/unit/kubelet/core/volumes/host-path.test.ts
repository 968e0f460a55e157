import { describe, expect, it } from '@jest/globals';
import { hostPathProblem, hostPathRequest } from '../../../../../src/kubelet/core/volumes/host-path.js';

describe('a path of the host', () => {
  it.each([
    ['Directory', 'nothing'],
    ['DirectoryOrCreate', 'directory'],
    ['File', 'nothing'],
    ['FileOrCreate', 'file'],
    ['Socket', 'nothing'],
    ['CharDevice', 'nothing'],
    ['BlockDevice', 'nothing'],
  ] as const)('of type %s is looked at, making %s', (type, make) => {
    expect(hostPathRequest('/p', type, false)).toEqual({ path: '/p', make });
  });

  it('without a type is the engine’s business, unless a part of it is mounted', () => {
    expect(hostPathRequest('/p', '', false)).toBeUndefined();
    expect(hostPathRequest('/p', '', true)).toEqual({ path: '/p', make: 'directory' });
  });

  it.each([
    ['Directory', 'directory', undefined],
    ['DirectoryOrCreate', 'directory', undefined],
    ['File', 'file', undefined],
    ['Socket', 'socket', undefined],
    ['CharDevice', 'chardevice', undefined],
    ['BlockDevice', 'blockdevice', undefined],
    ['', 'other', undefined],
    ['Directory', 'file', '/p is not a directory'],
    ['DirectoryOrCreate', 'socket', '/p is not a directory'],
    ['File', 'directory', '/p is not a file'],
    ['FileOrCreate', 'missing', '/p is not a file'],
    ['Socket', 'missing', '/p is not a socket file'],
    ['CharDevice', 'blockdevice', '/p is not a character device'],
    ['BlockDevice', 'other', '/p is not a block device'],
    ['File', { errno: 13 }, '/p cannot be looked at (errno 13)'],
  ] as const)('of type %s that is a %j: %s', (type, found, problem) => {
    const wanted = problem === undefined ? undefined : `hostPath type check failed: ${problem}`;
    expect(hostPathProblem('/p', type, found)).toBe(wanted);
  });
});
