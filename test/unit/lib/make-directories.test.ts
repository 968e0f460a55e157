import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeDirectories } from '../../../src/lib/make-directories.js';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kubelette-directories-'));
});
afterEach(() => rm(parent, { recursive: true }));

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('directories', () => {
  it('are made with what is missing above them, all with the mode', async () => {
    await makeDirectories(join(parent, 'a', 'b', 'c'), 0o700);
    for (const path of [['a'], ['a', 'b'], ['a', 'b', 'c']]) expect(await modeOf(join(parent, ...path))).toBe(0o700);
  });

  it('that are there stay as they are', async () => {
    await chmod(parent, 0o750);
    await makeDirectories(parent, 0o700);
    expect(await modeOf(parent)).toBe(0o750);
  });

  it('cannot be made below a file', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(makeDirectories(join(parent, 'file', 'a', 'b'), 0o700)).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  // Only Linux has it; elsewhere the root refuses in its own words.
  it('cannot be made where a directory refuses, and that is said at once', async () => {
    await expect(makeDirectories('/proc/kubelette/a', 0o700)).rejects.toThrow(/mkdir/);
  });
});
