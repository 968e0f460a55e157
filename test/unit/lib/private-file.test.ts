import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FaultyFiles } from '../../support/faulty-files.js';

const files = new FaultyFiles();
jest.unstable_mockModule('node:fs/promises', () => files.module);
const { readPrivateFile, writePrivateFile } = await import('../../../src/lib/private-file.js');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-private-'));
});
afterEach(async () => {
  files.reset();
  await rm(dir, { recursive: true });
});

describe('a private file', () => {
  it('is there or not, and only its owner reads it', async () => {
    const path = join(dir, 'key');
    expect(await readPrivateFile(path)).toBeUndefined();
    await writePrivateFile(path, 'secret');
    expect(await readPrivateFile(path)).toBe('secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is not written through a link that somebody left where it is made', async () => {
    await writeFile(join(dir, 'theirs'), 'theirs');
    await symlink(join(dir, 'theirs'), join(dir, 'key.new'));
    await writePrivateFile(join(dir, 'key'), 'secret');
    expect(await readFile(join(dir, 'theirs'), 'utf8')).toBe('theirs');
  });

  it('is the old one or the new one wherever its writer dies, and the next writer leaves nothing beside it', async () => {
    const path = join(dir, 'key');
    for (let at = 1, died = true; died; at += 1) {
      await writePrivateFile(path, 'old');
      files.reset({ at, code: 'dead' });
      died = await writePrivateFile(path, 'new').then(
        () => false,
        () => true,
      );
      files.reset();
      expect(['old', 'new']).toContain(await readPrivateFile(path));
      await writePrivateFile(path, 'next');
      expect({ at, text: await readPrivateFile(path), files: await readdir(dir) }).toEqual({
        at,
        text: 'next',
        files: ['key'],
      });
    }
  });
});
