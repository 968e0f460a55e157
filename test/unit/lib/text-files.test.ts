import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readTextFiles } from '../../../src/lib/text-files.js';

let root: string;
const file = (name: string): string => join(root, name);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubelette-text-'));
  for (const name of ['b.yaml', 'a.yaml', 'c.json', '.hidden.yaml', 'notes.txt'])
    await writeFile(file(name), `in ${name}`);
  await mkdir(file('below'));
  await writeFile(file('below/d.yaml'), 'in d');
});
afterEach(() => rm(root, { recursive: true }));

describe('reading text files', () => {
  it('takes files as they are named, in that order', async () => {
    expect(await readTextFiles([file('notes.txt'), file('a.yaml')], ['.yaml'])).toEqual([
      { name: file('notes.txt'), text: 'in notes.txt' },
      { name: file('a.yaml'), text: 'in a.yaml' },
    ]);
  });

  it('takes of a folder what has the extension, by name, and nothing hidden or below', async () => {
    const names = (await readTextFiles([root], ['.yaml', '.json'])).map(({ name }) => name);
    expect(names).toEqual([file('a.yaml'), file('b.yaml'), file('c.json')]);
  });

  it('takes - for standard input only where there is one', async () => {
    expect(await readTextFiles(['-'], [], Readable.from(['in ', 'stdin']))).toEqual([{ name: '-', text: 'in stdin' }]);
    await expect(readTextFiles(['-'], [])).rejects.toMatchObject({ code: 'NotFound' });
  });

  it.each([
    ['not UTF-8', Buffer.from([0x61, 0xff]), 'is not UTF-8 text'],
    ['huge', Buffer.alloc(10 * 2 ** 20 + 1, ' '), 'is larger than 10485760 bytes'],
  ])('refuses a file that is %s', async (_what, content, reason) => {
    await writeFile(file('bad.yaml'), content);
    await expect(readTextFiles([file('bad.yaml')], [])).rejects.toMatchObject({
      code: 'Invalid',
      message: `${file('bad.yaml')}: ${reason}`,
    });
  });

  it('says what is not there', async () => {
    await expect(readTextFiles([file('nope.yaml')], ['.yaml'])).rejects.toMatchObject({
      code: 'NotFound',
      message: `${file('nope.yaml')}: no such file or folder`,
    });
    await expect(readTextFiles([root], ['.xml', '.toml'])).rejects.toMatchObject({
      code: 'Invalid',
      message: `${root}: no .xml, .toml file in this folder`,
    });
  });
});
