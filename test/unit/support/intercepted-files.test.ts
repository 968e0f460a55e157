import * as real from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { interceptFiles, type FileOperation } from '../../support/intercepted-files.js';

let dir: string;
beforeEach(async () => {
  dir = await real.mkdtemp(join(tmpdir(), 'kubelette-intercepted-'));
});
afterEach(async () => real.rm(dir, { recursive: true }));

/** As the module, with every operation done in this way. */
const files = (intercept: (operation: FileOperation) => Promise<unknown>): typeof real =>
  interceptFiles(real, intercept) as unknown as typeof real;

describe('intercepted files', () => {
  it('tell of every change, also through an open file, and by its new name where there are two', async () => {
    const seen: string[] = [];
    const { open, readFile, rename, writeFile } = files(async ({ isChange, name, path, perform }) => {
      if (isChange) seen.push(`${name} ${path.slice(dir.length + 1)}`);
      return perform();
    });
    await writeFile(join(dir, 'a'), 'text');
    const handle = await open(join(dir, 'b'), 'w');
    await handle.appendFile('more');
    await handle.sync();
    await handle.close();
    await rename(join(dir, 'b'), join(dir, 'c'));
    expect(await readFile(join(dir, 'c'), 'utf8')).toBe('more');
    expect(seen).toEqual(['writeFile a', 'open b', 'appendFile b', 'sync b', 'close b', 'rename c']);
  });

  it('can do a write by half', async () => {
    const { open, writeFile } = files(async ({ perform, performHalf }) => (performHalf ?? perform)());
    await writeFile(join(dir, 'whole'), '12345678');
    const handle = await open(join(dir, 'opened'), 'w');
    await handle.appendFile('1234');
    await handle.write(Buffer.from('abcdefgh'), 2, 4, 4);
    await handle.close();
    expect(await real.readFile(join(dir, 'whole'), 'utf8')).toBe('1234');
    expect(await real.readFile(join(dir, 'opened'), 'utf8')).toBe('12\0\0cd');
  });
});
