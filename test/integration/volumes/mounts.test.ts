import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

let node: TestNode;
let host: string;
let server: Server;
beforeAll(async () => {
  node = await TestNode.started('mounts');
  host = await mkdtemp(join(tmpdir(), 'kubelette-host-'));
  server = createServer().listen(join(host, 'socket'));
  await mkdir(join(host, 'dir'));
  await writeFile(join(host, 'file'), 'from the host');
  await symlink('/etc', join(host, 'dir', 'etc'));
  // Looked at every ten seconds; the last test has the outcome.
  node.create('full', {
    containers: [
      app(`dd if=/dev/zero of=/small/big bs=1M count=2; ${SERVES}`, {
        volumeMounts: [{ name: 'small', mountPath: '/small' }],
      }),
    ],
    volumes: [{ name: 'small', emptyDir: { sizeLimit: '1Mi' } }],
  });
});
afterAll(async () => {
  await node.close();
  server.close();
  await rm(host, { recursive: true });
});

describe('mounts', () => {
  it('are parts of volumes, memory and paths of the host', async () => {
    node.create('parts', {
      initContainers: [
        app('mkdir -p /all/logs; echo hello > /all/greeting; ln -s greeting /all/link', {
          name: 'fill',
          volumeMounts: [{ name: 'disk', mountPath: '/all' }],
        }),
      ],
      containers: [
        app(SERVES, {
          env: [
            { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'DAY', value: 'monday' },
          ],
          volumeMounts: [
            { name: 'disk', mountPath: '/logs', subPathExpr: 'logs/$(POD)/$(DAY)' },
            { name: 'disk', mountPath: '/greeting', subPath: 'link', readOnly: true },
            { name: 'memory', mountPath: '/memory' },
            { name: 'memory', mountPath: '/cell', subPath: 'cell' },
            { name: 'dir', mountPath: '/host/dir', subPath: 'made' },
            { name: 'new', mountPath: '/host/new' },
            { name: 'file', mountPath: '/host/file', readOnly: true },
            { name: 'socket', mountPath: '/host/socket' },
            { name: 'null', mountPath: '/host/null' },
          ],
        }),
      ],
      volumes: [
        { name: 'disk', emptyDir: {} },
        { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '2Mi' } },
        { name: 'dir', hostPath: { path: join(host, 'dir'), type: 'Directory' } },
        { name: 'new', hostPath: { path: join(host, 'new', 'er'), type: 'DirectoryOrCreate' } },
        { name: 'file', hostPath: { path: join(host, 'file'), type: 'File' } },
        { name: 'socket', hostPath: { path: join(host, 'socket'), type: 'Socket' } },
        { name: 'null', hostPath: { path: '/dev/null', type: 'CharDevice' } },
      ],
    });
    await node.ready('parts');
    expect(await node.sh('parts', 'cat /greeting; echo x >> /greeting')).toMatch(/^hello\n.*Read-only file system/);
    expect(
      await node.sh('parts', 'echo x > /logs/x; echo y > /cell/y; cat /memory/cell/y; stat -c %a /logs /cell'),
    ).toBe('y\n777\n777\n');
    expect(await node.sh('parts', 'dd if=/dev/zero of=/memory/big bs=1M count=3 2>&1; ls -s /memory/big')).toMatch(
      /No space left on device[^]*\b20\d\d\b/,
    );
    expect(await node.sh('parts', 'cat /host/file; test -S /host/socket && test -c /host/null && echo ok')).toBe(
      'from the hostok\n',
    );
    await node.sh('parts', 'echo x > /host/dir/x; echo y > /host/new/y');
    expect(await readFile(join(host, 'dir', 'made', 'x'), 'utf8')).toBe('x\n');
    expect((await stat(join(host, 'new', 'er'))).mode & 0o777).toBe(0o755);
  });

  it('survive the container, and memory the sandbox too unless it dies', async () => {
    const before = await node.running('parts');
    await node.docker.getContainer(before.id).kill();
    await eventually('another one runs', async () => {
      const now = await node.running('parts').catch(() => undefined);
      return now !== undefined && now.id !== before.id;
    });
    await node.ready('parts');
    expect(await node.sh('parts', 'cat /cell/y; ls /logs')).toBe('y\nx\n');
  });

  it.each([
    ['a link to the root of everything', { name: 'dir', mountPath: '/p', subPath: 'etc' }],
    ['a way through it', { name: 'dir', mountPath: '/p', subPath: 'etc/passwd' }],
  ])('never follow %s', async (what, mount) => {
    const name = `escape-${what.length}`;
    node.create(name, {
      containers: [app(SERVES, { volumeMounts: [mount] })],
      volumes: [{ name: 'dir', hostPath: { path: join(host, 'dir') } }],
    });
    await node.waits(name, 'CreateContainerConfigError');
    expect(node.status(name)?.state?.waiting?.message).toBe(
      'failed to prepare subPath for volumeMount "dir" of container "app"',
    );
  });

  it('are refused when a path of the host is not of its type', async () => {
    node.create('types', {
      containers: [app(SERVES, { volumeMounts: ['a', 'b', 'c'].map((name) => ({ name, mountPath: `/${name}` })) })],
      volumes: [
        { name: 'a', hostPath: { path: join(host, 'file'), type: 'Directory' } },
        { name: 'b', hostPath: { path: join(host, 'none'), type: 'File' } },
        { name: 'c', hostPath: { path: join(host, 'none', 'made'), type: 'FileOrCreate' } },
      ],
    });
    const told = (): string[] =>
      node.events('types').flatMap(({ message, reason }) => (reason === 'FailedMount' ? [message ?? ''] : []));
    await eventually('all is told', () => told().length === 3);
    expect(told().sort()).toEqual([
      `MountVolume.SetUp failed for volume "a" : hostPath type check failed: ${host}/file is not a directory`,
      `MountVolume.SetUp failed for volume "b" : hostPath type check failed: ${host}/none is not a file`,
      `MountVolume.SetUp failed for volume "c" : hostPath type check failed: ${host}/none/made is not a file`,
    ]);
    expect(await node.containers('types')).toEqual([]);
  });

  it('of an emptyDir that is too full cost the pod its life', async () => {
    const message = 'Usage of EmptyDir volume "small" exceeds the limit "1Mi". ';
    const evicted = await node.until('full', 'is evicted', ({ status }) => status?.reason === 'Evicted');
    expect(evicted.status).toMatchObject({ phase: 'Failed', message });
    expect(node.events('full').find(({ reason }) => reason === 'Evicted')).toMatchObject({ type: 'Warning', message });
    await eventually('nothing of it runs', async () =>
      (await node.containers('full')).every(({ state }) => state !== 'running'),
    );
  });
});
