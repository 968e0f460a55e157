import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Container } from 'dockerode';
import { pack } from 'tar-stream';

import { eventually } from '../../support/eventually.js';
import { PauseBench } from './support.js';

const bench = new PauseBench('pause-volumes');
let volume: string;
let sandbox: Container;
let app: Container;

beforeAll(async () => {
  await bench.start();
  volume = await bench.volume();
  const Binds = [`${volume}:/vols/data`];
  sandbox = await bench.sandbox(['hold', '2777:0:3000:/vols/data'], { Binds });
  app = await bench.shell('sleep 1000', { Binds });
});
afterAll(() => bench.stop());

const inApp = async (command: string): Promise<string> =>
  (await bench.exec(app, ['sh', '-c', `cd /vols/data; ${command}`])).stdout.toString();

const pause = async (...args: readonly string[]): Promise<{ exitCode: number; said: string }> => {
  const { exitCode, stderr, stdout } = await bench.exec(sandbox, ['/pause', ...args]);
  return { exitCode, said: stdout.toString() + stderr };
};

describe('pause subpath', () => {
  const subPath = async (path: string): Promise<{ exitCode: number; said: string }> =>
    pause('subpath', '/vols/data', path);

  it('makes what is missing, as the root is, and says where it is', async () => {
    expect(await subPath('made/below')).toEqual({ exitCode: 0, said: 'made/below\n' });
    expect(await inApp("stat -c '%a %u:%g' made made/below")).toBe('2777 0:3000\n2777 0:3000\n');
    expect(await subPath('./made//below/')).toEqual({ exitCode: 0, said: 'made/below\n' });
  });

  it.each([
    ['a file', 'echo x > file', 'file', 'file'],
    ['a link to a file', 'mkdir -p ..1; echo x > ..1/key; ln -s ..1 ..data; ln -s ..data/key key', 'key', '..1/key'],
    ['a link that climbs and stays inside', 'mkdir -p a/b c; ln -s ../../c a/b/link', 'a/b/link/new', undefined],
    ['a link to where it stands', 'ln -s . self', 'self/self/file', 'file'],
  ])('follows %s', async (_what, prepare, path, leadsTo) => {
    await inApp(prepare);
    const result = await subPath(path);
    // What is missing behind a link is not made.
    if (leadsTo === undefined) expect(result).toEqual({ exitCode: 1, said: `error: find ${path}: errno 2\n` });
    else expect(result).toEqual({ exitCode: 0, said: `${leadsTo}\n` });
  });

  it.each([
    ['a link to the root', 'ln -s / out', 'out'],
    ['a path through an absolute link', 'ln -s / out2', 'out2/etc'],
    ['a link that climbs out', 'ln -s ../../etc up', 'up'],
    ['a link that climbs out further down', 'mkdir -p deep; ln -s ../../x deep/up', 'deep/up'],
    ['an absolute path', 'true', '/etc'],
    ['a path that climbs out', 'true', 'a/../../etc'],
  ])('refuses %s', async (_what, prepare, path) => {
    await inApp(prepare);
    expect(await subPath(path)).toEqual({
      exitCode: 1,
      said: `error: find inside the volume ${path}: errno 18\n`,
    });
  });

  it.each([
    ['a circle of links', 'ln -s two one; ln -s one two', 'one', 40],
    ['a link to nothing', 'ln -s nothing dangling', 'dangling', 2],
    ['a way through a file', 'echo x > plain', 'plain/below', 20],
  ])('fails at %s', async (_what, prepare, path, errno) => {
    await inApp(prepare);
    expect(await subPath(path)).toEqual({ exitCode: 1, said: `error: find ${path}: errno ${errno}\n` });
  });
});

describe('pause unpack', () => {
  const unpack = async (stamp: string, content: string, mode = 0o644): Promise<number> => {
    const archive = pack();
    archive.entry({ name: 'key', mode }, content);
    archive.entry({ name: 'deep/key', mode: 0o400 }, 'deep');
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    await inApp('mkdir -p projected');
    const command = ['/pause', 'unpack', '/vols/data/projected', stamp];
    return (await bench.exec(sandbox, command, Buffer.concat(chunks))).exitCode;
  };

  it('leaves everything as it is when nothing changed, and mends links', async () => {
    expect(await unpack('first', 'one')).toBe(0);
    await inApp('rm projected/key');
    expect(await unpack('second', 'one')).toBe(0);
    expect(await inApp('ls -A projected; readlink projected/..data; cat projected/key')).toBe(
      '..data\n..first\ndeep\nkey\n..first\none',
    );
  });

  it.each([
    ['another content of the same length', 'two', 0o644],
    ['another length', 'three', 0o644],
    ['another mode', 'one', 0o600],
  ])('notices %s', async (_what, content, mode) => {
    await unpack(`before-${content}-${mode}`, 'one');
    expect(await unpack(`after-${content}-${mode}`, content, mode)).toBe(0);
    expect(await inApp('readlink projected/..data')).toBe(`..after-${content}-${mode}\n`);
  });
});

describe('pause hold', () => {
  const held = async (name: string, group: string, policy: string): Promise<string> => {
    const holder = await bench.sandbox(['hold', `keep:${group}:${policy}:/vols/claim`], {
      Binds: [`${name}:/vols/claim`],
    });
    return eventually('an answer', async () => (await bench.stdout(holder)) || undefined);
  };
  const look = async (name: string, command: string): Promise<string> => {
    const shell = await bench.shell(`cd /claim; ${command}`, { Binds: [`${name}:/claim`] });
    await shell.wait();
    return bench.stdout(shell);
  };

  it('lets everybody write to a new claim, and keeps what becomes of it', async () => {
    const claim = await bench.volume();
    expect(await held(claim, '-', 'always')).toBe('ready\n');
    expect(await look(claim, "stat -c '%a %u:%g' .; echo x > file; chmod 750 .; chown 7:7 .")).toBe('777 0:0\n');
    expect(await held(claim, '-', 'always')).toBe('ready\n');
    expect(await look(claim, "stat -c '%a %u:%g' .")).toBe('750 7:7\n');
  });

  it('gives a whole claim to a group, without following links', async () => {
    const claim = await bench.volume();
    const prepare = 'mkdir -p a/b; echo x > a/b/file; chmod 600 a/b/file; chmod 700 a; ln -s /etc link; mkfifo pipe';
    await look(claim, prepare);
    expect(await held(claim, '4000', 'always')).toBe('ready\n');
    const modes = "stat -c '%n %a %u:%g' . a a/b a/b/file pipe; stat -c '%g' link";
    expect(await look(claim, modes)).toBe(
      '. 2775 0:4000\na 2770 0:4000\na/b 2775 0:4000\na/b/file 660 0:4000\npipe 664 0:4000\n4000\n',
    );
    // The root says that it is done already.
    await look(claim, 'chgrp 1 a/b/file');
    expect(await held(claim, '4000', 'mismatch')).toBe('ready\n');
    expect(await look(claim, "stat -c '%g' a/b/file")).toBe('1\n');
    expect(await held(claim, '4001', 'mismatch')).toBe('ready\n');
    expect(await look(claim, "stat -c '%g' a/b/file")).toBe('4001\n');
  });
});

describe('pause usage', () => {
  it('counts what is on disk, each file once', async () => {
    await inApp(
      'mkdir -p used/deep; dd if=/dev/zero of=used/deep/a bs=1024 count=300 2>/dev/null; ln used/deep/a used/b',
    );
    const { said, exitCode } = await pause('usage', '/vols/data/used', '/vols/data/made');
    const [used = 0, made = 0] = said.trim().split('\n').map(Number);
    expect(exitCode).toBe(0);
    expect(used).toBeGreaterThanOrEqual(300 * 1024);
    expect(used).toBeLessThan(330 * 1024);
    expect(made).toBeLessThan(10 * 1024);
  });
});

describe('pause hostpath', () => {
  it('tells kinds as the host has them, and makes what is missing', async () => {
    await inApp(
      'mkdir -p host; chgrp 0 host; chmod 755 host; mkdir -p host/dir host/dev; echo x > host/file; mkfifo host/pipe; ln -s /dir host/link; mknod host/dev/null c 1 3',
    );
    const paths = ['/dir', '/file', '/pipe', '/link', '/dev/null', '/none', '/file/x'].flatMap((path) => [
      'look',
      path,
    ]);
    const made = ['directory', '/new/er', 'directory', '/file', 'file', '/made', 'file', '/none/file'];
    expect(await pause('hostpath', '/vols/data/host', ...paths, ...made)).toEqual({
      exitCode: 0,
      said: [
        'directory',
        'file',
        'other',
        'directory',
        'chardevice',
        'missing',
        'error-20',
        'directory',
        'file',
        'file',
        'missing',
        '',
      ].join('\n'),
    });
    expect(await inApp("cd host; stat -c '%n %a %u:%g %F' new new/er made")).toBe(
      'new 755 0:0 directory\nnew/er 755 0:0 directory\nmade 644 0:0 regular empty file\n',
    );
  });
});
