import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pack, type Header } from 'tar-stream';
import { packPath } from '../../../../../src/cli/client/cp/pack.js';
import { UnpackPlace } from '../../../../../src/cli/client/cp/unpack-place.js';
import { unpack } from '../../../../../src/cli/client/cp/unpack.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-test-'));
  await mkdir(join(directory, 'outside'));
});
afterEach(async () => rm(directory, { recursive: true, force: true }));

type TestEntry = Partial<Header> & { readonly name: string; readonly content?: string };

function archiveOf(...entries: readonly TestEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry(header, content);
  archive.finalize();
  return buffer(archive as AsyncIterable<Buffer>);
}

/** @returns what was left out */
async function unpackInto(destination: string, top: string, archive: Buffer): Promise<readonly string[]> {
  const skipped: string[] = [];
  const place = new UnpackPlace(join(directory, destination), top);
  const unpacking = unpack(place, (name, reason) => skipped.push(`${name}: ${reason}`));
  // In small pieces, as a network has them.
  for (let at = 0; at < archive.length; at += 300) await unpacking.write(archive.subarray(at, at + 300));
  await unpacking.end();
  return skipped;
}

const inside = (path: string): string => join(directory, path);
const tree = async (path: string): Promise<readonly string[]> =>
  (await readdir(inside(path), { recursive: true })).sort();

describe('unpack', () => {
  it('makes files and folders below the destination', async () => {
    const archive = await archiveOf(
      { name: './top/', type: 'directory', mode: 0o755 },
      { name: './top/a', content: 'x'.repeat(2000), mode: 0o4755 },
      { name: './top/sub/b', content: 'deep', mode: 0o600 },
    );
    expect(await unpackInto('new', 'top', archive)).toEqual([]);
    expect(await tree('new')).toEqual(['a', 'sub', 'sub/b']);
    expect((await readFile(inside('new/a'))).length).toBe(2000);
    // Permissions, but never set-user-ID.
    expect((await stat(inside('new/a'))).mode & 0o7700).toBe(0o700);
  });

  it.each([
    ['to the name that is given', 'name', 'name'],
    ['into a folder that is there', 'outside', 'outside/file'],
    ['into a folder that is to be', 'some/where/', 'some/where/file'],
  ])('puts a single file %s', async (_where, destination, path) => {
    await unpackInto(destination, 'file', await archiveOf({ name: './file', content: 'x' }));
    expect(await readFile(inside(path), 'utf8')).toBe('x');
  });

  it.each([['../evil'], ['top/../../evil'], ['/evil'], ['other/evil'], ['top/..']])('refuses %s', async (name) => {
    const archive = await archiveOf({ name: 'top/', type: 'directory' }, { name, content: 'x' });
    await expect(unpackInto('new', 'top', archive)).rejects.toThrow('something that was not asked for');
    expect(await tree('new')).toEqual([]);
    expect(await tree('.')).toEqual(['new', 'outside']);
  });

  it('makes no links, and so writes nothing through them', async () => {
    const archive = await archiveOf(
      { name: 'top/link', type: 'symlink', linkname: inside('outside') },
      { name: 'top/link/file', content: 'x' },
      { name: 'top/hard', type: 'link', linkname: inside('outside/secret') },
      { name: 'top/pipe', type: 'fifo' },
    );
    await writeFile(inside('outside/secret'), 'secret');
    expect(await unpackInto('new', 'top', archive)).toEqual([
      `top/link: it is a link to ${inside('outside')}`,
      'top/hard: it is a link',
      'top/pipe: it is a fifo',
    ]);
    expect(await tree('new')).toEqual(['link', 'link/file']);
    expect(await tree('outside')).toEqual(['secret']);
  });

  it('follows no links that are there already, but for the destination itself', async () => {
    await mkdir(inside('real'));
    await symlink(inside('real'), inside('new'));
    await symlink(inside('outside'), inside('real/link'));
    await symlink(inside('outside/file'), inside('real/file'));
    const archive = await archiveOf(
      { name: 'top/link/', type: 'directory' },
      { name: 'top/link/a', content: 'x' },
      { name: 'top/file', content: 'x' },
      { name: 'top/good', content: 'x' },
    );
    expect(await unpackInto('new', 'top', archive)).toEqual([
      'top/link/: a link is in its place',
      'top/link/a: a link is in its place',
      'top/file: a link is in its place',
    ]);
    expect(await tree('outside')).toEqual([]);
    expect(await tree('real')).toEqual(['file', 'good', 'link']);
  });

  it('copies what is linked twice inside', async () => {
    const archive = await archiveOf(
      { name: 'top/a', content: 'x' },
      { name: 'top/b', type: 'link', linkname: 'top/a' },
    );
    expect(await unpackInto('new', 'top', archive)).toEqual([]);
    expect(await readFile(inside('new/b'), 'utf8')).toBe('x');
  });

  it('follows the destination of a single file, also to a pipe', async () => {
    const archive = await archiveOf({ name: './file', content: 'x' });
    await writeFile(inside('real'), 'before');
    await symlink(inside('real'), inside('name'));
    await unpackInto('name', 'file', archive);
    expect(await readFile(inside('real'), 'utf8')).toBe('x');

    // As /dev/stdout is in `kubelette cp web:/file /dev/stdout | cat`: where it leads to has no path.
    await promisify(execFile)('mkfifo', [inside('pipe')]);
    await using pipe = await open(inside('pipe'), 'r+');
    await symlink(`/proc/self/fd/${pipe.fd}`, inside('stdout'));
    await rm(inside('pipe'));
    await unpackInto('stdout', 'file', archive);
    expect((await pipe.read(Buffer.alloc(10))).bytesRead).toBe(1);
  });

  it('refuses a name that its archive has as text, and that is none', async () => {
    const archive = await archiveOf({ name: 'top/x', content: 'x', pax: { path: 'top/\uFFFD' } });
    await expect(unpackInto('new', 'top', archive)).rejects.toThrow('is not valid UTF-8');
  });

  it('says when the archive is none, or not whole', async () => {
    await expect(unpackInto('new', 'top', Buffer.alloc(2000, 'no'))).rejects.toThrow('what came is no whole archive');
    const whole = await archiveOf({ name: 'top/a', content: 'x'.repeat(5000) });
    await expect(unpackInto('new', 'top', whole.subarray(0, 2000))).rejects.toThrow('what came is no whole archive');
  });

  it('says when the disk does not take it', async () => {
    await writeFile(inside('file'), '');
    const archive = await archiveOf({ name: 'top/a', content: 'x'.repeat(100_000) });
    await expect(unpackInto('file', 'top', archive)).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});

describe('packPath', () => {
  it('packs a tree that unpacks to the same, without links', async () => {
    await mkdir(inside('from/sub/empty'), { recursive: true });
    await writeFile(inside('from/big'), 'x'.repeat(300_000));
    await writeFile(inside('from/sub/none'), '');
    await symlink('big', inside('from/link'));
    const archive = await buffer(packPath(inside('from'), 'to', () => undefined));
    expect(await unpackInto('new', 'to', archive)).toEqual(['to/link: it is a link to big']);
    expect(await tree('new')).toEqual(['big', 'sub', 'sub/empty', 'sub/none']);
    expect((await stat(inside('new/big'))).size).toBe(300_000);
  });

  it('carries names that are no text, byte for byte', async () => {
    const names = ['caf\xE9', 'caf\xE8', 'é'.repeat(80), `${'long'.repeat(60)}\xFF`].map((name) =>
      name.startsWith('é') ? Buffer.from(name) : Buffer.from(name, 'latin1'),
    );
    const path = (parent: string, name: Buffer): Buffer => Buffer.concat([Buffer.from(`${inside(parent)}/`), name]);
    await mkdir(inside('from'));
    for (const [number, name] of names.entries()) {
      await mkdir(path('from', name));
      await writeFile(Buffer.concat([path('from', name), Buffer.from('/'), name]), String(number));
    }
    await symlink(Buffer.from([0x78, 0xff]), path('from', Buffer.from([0xfe])));
    const archive = await buffer(packPath(inside('from'), 'to', () => undefined));
    expect(await unpackInto('new', 'to', archive)).toEqual(['to/\uFFFD: it is a link to x\uFFFD']);
    for (const [number, name] of names.entries())
      expect(await readFile(Buffer.concat([path('new', name), Buffer.from('/'), name]), 'utf8')).toBe(String(number));

    // Another tar reads the same.
    await writeFile(inside('archive.tar'), archive);
    await promisify(execFile)('tar', ['-xf', inside('archive.tar'), '-C', inside('outside')]);
    const sorted = async (parent: string) => (await readdir(inside(parent), { encoding: 'latin1' })).sort();
    expect(await sorted('outside/to')).toEqual(await sorted('from'));
    expect(await readlink(path('outside/to', Buffer.from([0xfe])), 'latin1')).toBe('x\xFF');
  });

  it('fails for what cannot be read', async () => {
    await expect(buffer(packPath(inside('none'), 'to', () => undefined))).rejects.toThrow('ENOENT');
  });
});
