import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Container } from 'dockerode';
import { pack, type Header } from 'tar-stream';

import { eventually } from '../../support/eventually.js';
import { PauseBench, type ExecResult } from './support.js';

const bench = new PauseBench('pause-files');
let volume: string;
let sandbox: Container;
let app: Container;

beforeAll(async () => {
  await bench.start();
  volume = await bench.volume();
  sandbox = await bench.sandbox([], { Binds: [`${volume}:/vols/config`] });
  app = await bench.shell('sleep 1000', { Binds: [`${volume}:/config`] });
});
afterAll(() => bench.stop());

type Entry = Partial<Header> & { readonly name: string; readonly content?: string };

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry(header, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const unpack = async (stamp: string, entries: readonly Entry[]): Promise<ExecResult> =>
  bench.exec(sandbox, ['/pause', 'unpack', '/vols/config', stamp], await tar(entries));

const inApp = async (command: string): Promise<string> =>
  (await bench.exec(app, ['sh', '-c', command])).stdout.toString();

const DONE = { exitCode: 0, stdout: Buffer.alloc(0), stderr: '' };

describe('pause unpack', () => {
  it('lays a volume out as a kubelet does, with owners and modes', async () => {
    const result = await unpack('1', [
      { name: './', type: 'directory', mode: 0o750, uid: 0, gid: 4000 },
      { name: 'key', content: 'one', mode: 0o440, uid: 1000, gid: 4000 },
      { name: 'deep/er/key', content: 'two', mode: 0o644 },
    ]);
    expect(result).toEqual(DONE);
    expect(await inApp('cd /config; ls -A; for i in ..data key deep; do readlink $i; done; cat key deep/er/key')).toBe(
      '..1\n..data\ndeep\nkey\n..1\n..data/key\n..data/deep\nonetwo',
    );
    expect(await inApp("cd /config/..data; stat -c '%a %u:%g' . key deep")).toBe(
      '750 0:4000\n440 1000:4000\n755 0:0\n',
    );
  });

  it('replaces all at once: new keys appear, old ones go, files of others stay', async () => {
    await inApp('echo mine > /config/mine; mkdir /config/..leftover; echo x > /config/..leftover/x');
    expect(await unpack('2', [{ name: 'other', content: 'three' }])).toEqual(DONE);
    expect(await inApp('cd /config; ls -A; cat other')).toBe('..2\n..data\nmine\nother\nthree');
  });

  it('never lets a reader see a missing or half file', async () => {
    await unpack('a0', [{ name: 'value', content: 'a0\n'.repeat(1000) }]);
    const reader = await bench.shell(
      'n=0; while [ ! -e /config/stop ]; do n=$((n+1)); cat /config/value | sort -u | wc -l; done | sort | uniq -c; cat /config/value >/dev/null || echo missing',
      { Binds: [`${volume}:/config`] },
    );
    for (let i = 1; i <= 10; i += 1) await unpack(`a${i}`, [{ name: 'value', content: `a${i}\n`.repeat(1000) }]);
    await inApp('touch /config/stop');
    await reader.wait();
    // Every look saw exactly one kind of line.
    expect((await bench.stdout(reader)).trim()).toMatch(/^\d+ 1$/);
  });

  it('takes names as long as a ConfigMap key may be', async () => {
    const key = 'k'.repeat(253);
    expect(await unpack('long', [{ name: key, content: 'long' }])).toEqual(DONE);
    expect(await inApp(`cat /config/${key}`)).toBe('long');
  });

  it.each<[string, Entry[]]>([
    ['a path that climbs out', [{ name: '../escaped', content: 'x' }]],
    ['a path that climbs out from below', [{ name: 'a/../../escaped', content: 'x' }]],
    ['an absolute path', [{ name: '/escaped', content: 'x' }]],
    ['a name that is reserved', [{ name: '..data', content: 'x' }]],
    ['an absolute link', [{ name: 'link', type: 'symlink', linkname: '/etc' }]],
    ['a link that climbs out', [{ name: 'link', type: 'symlink', linkname: '../mine' }]],
    [
      'a path through a link',
      [
        { name: 'directory', type: 'directory' },
        { name: 'link', type: 'symlink', linkname: 'directory' },
        { name: 'link/escaped', content: 'x' },
      ],
    ],
    ['a hard link', [{ name: 'link', type: 'link', linkname: '/pause' }]],
    ['a device', [{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }]],
    ['a name that is too long', [{ name: 'k'.repeat(256), content: 'x' }]],
  ])('refuses %s and changes nothing', async (_what, entries) => {
    await unpack('before', [{ name: 'key', content: 'before' }]);
    const before = await inApp('cd /config; ls -AR');
    const result = await unpack('bad', [{ name: 'key', content: 'after' }, ...entries]);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/^error: unpack .*: errno \d+\n$/);
    expect(await inApp('cd /config; ls -AR')).toBe(before);
  });

  it('changes nothing when the sender dies half-way', async () => {
    await unpack('before', [{ name: 'key', content: 'before' }]);
    const whole = await tar([{ name: 'key', content: 'x'.repeat(5000) }]);
    for (const length of [0, 100, 512, 3000, whole.length - 1024]) {
      const command = ['/pause', 'unpack', '/vols/config', 'cut'];
      const { exitCode, stderr } = await bench.exec(sandbox, command, whole.subarray(0, length));
      expect({ length, exitCode, stderr }).toEqual({
        length,
        exitCode: 1,
        stderr: expect.stringContaining('errno 5'),
      });
    }
    expect(await inApp('cat /config/key; ls -A /config')).toMatch(/^before\.\.before\n\.\.data\nkey\n/);
  });
});

describe('pause read', () => {
  const read = (path: string, limit: number): Promise<ExecResult> =>
    bench.exec(sandbox, ['/pause', 'read', path, String(limit)]);

  it('gives the last bytes of a file, byte by byte as they are', async () => {
    await inApp("printf 'abc\\000\\377xyz' > /config/message");
    expect((await read('/vols/config/message', 4096)).stdout).toEqual(Buffer.from('abc\0\xffxyz', 'latin1'));
    expect((await read('/vols/config/message', 4)).stdout).toEqual(Buffer.from('\xffxyz', 'latin1'));
    expect((await read('/vols/config/message', 0)).stdout).toEqual(Buffer.alloc(0));
  });

  it('gives the end of a file larger than any buffer', async () => {
    await inApp('seq 100000 > /config/large');
    const { stdout } = await read('/vols/config/large', 100_000);
    expect(stdout.length).toBe(100_000);
    expect(stdout.toString().endsWith('\n99999\n100000\n')).toBe(true);
  });

  it.each([
    ['a link', 'ln -s /etc/passwd /config/odd'],
    ['a pipe', 'mkfifo /config/odd'],
    ['a directory', 'mkdir /config/odd'],
    ['nothing there', 'true'],
  ])('refuses %s without waiting', async (_what, command) => {
    await inApp(`rm -rf /config/odd; ${command}`);
    const result = await eventually('an answer', () => read('/vols/config/odd', 10));
    expect(result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error: .*odd: errno \d+\n$/),
    });
  });
});
