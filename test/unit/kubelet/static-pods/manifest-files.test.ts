import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  isManifestName,
  listRoot,
  lookAt,
  MAX_MANIFEST_BYTES,
  readManifest,
} from '../../../../src/kubelet/static-pods/manifest-files.js';

let dir: string;
const at = (name: string): string => join(dir, name);
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-manifests-'));
});
afterEach(() => rm(dir, { recursive: true }));

const signatureOf = async (path: string): Promise<string> => {
  const state = await lookAt(path);
  if (state.kind !== 'regular') throw new Error(state.kind);
  return state.signature;
};

describe('manifest names', () => {
  it.each(['web.yaml', 'web.yml', 'web.json', 'a.b.yaml', 'ü.yaml'])('%s is one', (name) => {
    expect(isManifestName(name)).toBe(true);
  });
  it.each([
    '.web.yaml',
    '.web.yaml.swp',
    'web.yaml~',
    'web.yaml.bak',
    '4913',
    'web',
    'web.YAML',
    '.yaml',
    '#web.yaml#',
  ])('%s is none', (name) => {
    expect(isManifestName(name)).toBe(false);
  });
});

describe('listing', () => {
  it('gives the manifests of a directory by name, and nothing below', async () => {
    for (const name of ['b.yaml', 'a.json', 'c.yml', 'notes.txt', '.hidden.yaml']) await writeFile(at(name), '');
    await mkdir(at('sub'));
    await writeFile(at('sub/x.yaml'), '');
    expect(await listRoot(dir)).toMatchObject({ kind: 'directory', files: [at('a.json'), at('b.yaml'), at('c.yml')] });
  });

  it('gives a file that is named itself, whatever its name', async () => {
    await writeFile(at('pod'), '');
    expect(await listRoot(at('pod'))).toMatchObject({ kind: 'file', files: [at('pod')] });
  });

  it('tells nothing there from not known', async () => {
    expect(await listRoot(at('none'))).toEqual({ kind: 'missing' });
    await writeFile(at('file'), '');
    expect(await listRoot(at('file/x'))).toMatchObject({ kind: 'unreadable' });
    await symlink('loop', at('loop'));
    expect(await listRoot(at('loop'))).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('ELOOP') });
  });

  it('tells a directory from another one that took its place', async () => {
    await mkdir(at('d'));
    const before = await listRoot(at('d'));
    await rename(at('d'), at('e'));
    await mkdir(at('d'));
    expect(await listRoot(at('d'))).not.toEqual(before);
  });
});

describe('looking at a file', () => {
  it('notices every change: content, size, time, another file under the name', async () => {
    const path = at('a.yaml');
    const seen = new Set<string>();
    await writeFile(path, 'a');
    seen.add(await signatureOf(path));
    await writeFile(path, 'ab');
    seen.add(await signatureOf(path));
    await utimes(path, 1, 1);
    seen.add(await signatureOf(path));
    await writeFile(at('new'), 'ab');
    await utimes(at('new'), 1, 1);
    await rename(at('new'), path);
    seen.add(await signatureOf(path));
    expect(seen.size).toBe(4);
  });

  it('follows links to regular files only', async () => {
    await writeFile(at('real'), 'x');
    await symlink('real', at('a.yaml'));
    expect(await lookAt(at('a.yaml'))).toMatchObject({ kind: 'regular' });
    await symlink('nothing', at('b.yaml'));
    expect(await lookAt(at('b.yaml'))).toEqual({ kind: 'refused', reason: 'is a link to nothing' });
    await symlink('c.yaml', at('c.yaml'));
    expect(await lookAt(at('c.yaml'))).toMatchObject({ kind: 'refused', reason: expect.stringContaining('ELOOP') });
    await symlink('/dev/null', at('d.yaml'));
    expect(await lookAt(at('d.yaml'))).toEqual({ kind: 'refused', reason: 'is not a regular file' });
  });

  it('refuses directories and FIFOs without waiting for anyone', async () => {
    await mkdir(at('a.yaml'));
    execFileSync('mkfifo', [at('b.yaml')]);
    for (const name of ['a.yaml', 'b.yaml'])
      expect(await lookAt(at(name))).toEqual({ kind: 'refused', reason: 'is not a regular file' });
    expect(await readManifest(at('b.yaml'), 'x')).toBeUndefined();
  });

  it('refuses what is larger than 10 MiB, and no less', async () => {
    await writeFile(at('a.yaml'), '');
    await truncate(at('a.yaml'), MAX_MANIFEST_BYTES);
    expect(await lookAt(at('a.yaml'))).toMatchObject({ kind: 'regular' });
    await truncate(at('a.yaml'), MAX_MANIFEST_BYTES + 1);
    expect(await lookAt(at('a.yaml'))).toEqual({ kind: 'refused', reason: 'is larger than 10485760 bytes' });
  });

  it('says that there is nothing', async () => {
    expect(await lookAt(at('a.yaml'))).toEqual({ kind: 'missing' });
  });
});

describe('reading', () => {
  it('gives the text, without a byte order mark', async () => {
    await writeFile(at('a.yaml'), '\uFEFFkind: Pöd\r\n');
    expect(await readManifest(at('a.yaml'), await signatureOf(at('a.yaml')))).toBe('kind: Pöd\r\n');
  });

  it('gives nothing when the file is not the one that was looked at any more', async () => {
    await writeFile(at('a.yaml'), 'a');
    const signature = await signatureOf(at('a.yaml'));
    await writeFile(at('a.yaml'), 'ab');
    expect(await readManifest(at('a.yaml'), signature)).toBeUndefined();
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0x61, 0xff])],
    ['UTF-16', Buffer.from('\uFEFFkind: Pod', 'utf16le')],
  ])('refuses %s', async (_what, content) => {
    await writeFile(at('a.yaml'), content);
    await expect(readManifest(at('a.yaml'), await signatureOf(at('a.yaml')))).rejects.toMatchObject({
      code: 'Invalid',
      message: 'is not UTF-8 text',
    });
  });

  it('says why it could not', async () => {
    await expect(readManifest(at('a.yaml'), 'x')).rejects.toMatchObject({ code: 'Unavailable' });
  });
});
