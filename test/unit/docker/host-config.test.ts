import { describe, expect, it } from '@jest/globals';
import { containerCreateBody, sandboxCreateBody, type CreateInput } from '../../../src/docker/host-config.js';
import { logConfig } from '../../../src/docker/log-driver.js';
import type { ContainerSpec, Mount, SandboxSpec, VolumeRoot } from '../../../src/runtime/specs.js';
import { containerSpec, sandboxSpec, sandboxVolume } from '../../support/specs.js';

const pod = { uid: 'u', namespace: 'd', name: 'web' };
const old = { facts: { version: '20.10.24', apiVersion: '1.41' }, labels: { a: 'b' } };
const recent = { facts: { version: '28.5.2', apiVersion: '1.51' }, labels: {} };

const sandbox = (changes: Partial<SandboxSpec> = {}, input: CreateInput = old): ReturnType<typeof sandboxCreateBody> =>
  sandboxCreateBody(sandboxSpec(pod, changes), 'sandbox:1', input);
const container = (
  changes: Partial<ContainerSpec> = {},
  input: CreateInput = old,
): ReturnType<typeof containerCreateBody> =>
  containerCreateBody(
    containerSpec({ pod, sandbox: { id: 'S', instance: 'S@1' }, image: 'nginx:1', imageId: 'sha256:1' }, changes),
    input,
  );
const bind = (changes: Partial<Extract<Mount, { type: 'bind' }>> = {}): Mount => ({
  type: 'bind',
  source: '/src',
  target: '/dst',
  readOnly: true,
  createSource: false,
  propagation: 'rprivate',
  ...changes,
});

it('stops a container with the signal the pod names, else with that of its image', () => {
  expect(container({ stopSignal: 'SIGUSR1' })).toMatchObject({ StopSignal: 'SIGUSR1' });
  expect(container()).not.toHaveProperty('StopSignal');
});

describe('the sandbox', () => {
  it('holds shareable namespaces on our network and runs our program', () => {
    expect(sandbox()).toMatchObject({
      Image: 'sandbox:1',
      Cmd: ['hold'],
      Hostname: 'web',
      Labels: { a: 'b' },
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        NetworkMode: 'kubelette',
        IpcMode: 'shareable',
        PidMode: '',
        RestartPolicy: { Name: 'no' },
        AutoRemove: false,
      },
    });
  });

  it('uses the namespaces of the host when asked to, without name and ports of its own', () => {
    const ports = [{ containerPort: 80, hostPort: 80, hostIP: '', protocol: 'tcp' }] as const;
    const body = sandbox({ network: 'host', ipc: 'host', pid: 'host', ports });
    expect(body).not.toHaveProperty('Hostname');
    expect(body.ExposedPorts).toEqual({});
    expect(body.HostConfig).toMatchObject({ NetworkMode: 'host', IpcMode: 'host', PidMode: 'host', PortBindings: {} });
  });

  it('publishes ports by exposing and binding them, several host ports for one too', () => {
    const body = sandbox({
      ports: [
        { containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1', protocol: 'tcp' },
        { containerPort: 80, hostPort: 8081, hostIP: '', protocol: 'tcp' },
        { containerPort: 53, hostPort: 53, hostIP: '', protocol: 'udp' },
      ],
    });
    expect(body.ExposedPorts).toEqual({ '80/tcp': {}, '53/udp': {} });
    expect(body.HostConfig?.PortBindings).toEqual({
      '80/tcp': [
        { HostIp: '127.0.0.1', HostPort: '8080' },
        { HostIp: '', HostPort: '8081' },
      ],
      '53/udp': [{ HostIp: '', HostPort: '53' }],
    });
  });

  it('has sysctls for the whole pod', () => {
    const sysctls = { 'net.ipv4.ip_unprivileged_port_start': '0' };
    expect(sandbox({ sysctls }).HostConfig).toMatchObject({ Sysctls: sysctls });
  });

  it('writes the network files and prepares the volumes of the pod', () => {
    const body = sandbox({
      files: [{ path: '/etc/hosts', text: 'a\nb: c\n' }],
      volumes: [sandboxVolume('v-1', 'data', { mode: 0o2775, uid: 1, gid: 2 })],
    });
    expect(body.Cmd).toEqual(['hold', 'file:/etc/hosts:a\nb: c\n', '2775:1:2:/vols/data']);
    expect(body.HostConfig?.Mounts).toEqual([
      { Type: 'volume', Source: 'v-1', Target: '/vols/data', ReadOnly: false, VolumeOptions: { NoCopy: true } },
    ]);
  });
});

describe('volumes in the sandbox', () => {
  it('that outlive the pod are kept as they are, or given to a group', () => {
    const of = (root: VolumeRoot): string[] | undefined =>
      sandbox({ volumes: [{ type: 'volume', volume: 'v', name: 'data', root }] }).Cmd;
    expect(of({ keep: true })).toEqual(['hold', 'keep:-:always:/vols/data']);
    expect(of({ keep: true, group: { gid: 7, policy: 'mismatch' } })).toEqual(['hold', 'keep:7:mismatch:/vols/data']);
  });

  it('are paths of the host where parts of them are mounted', () => {
    const body = sandbox({ volumes: [{ type: 'bind', source: '/srv', name: 'data' }] });
    expect(body.Cmd).toEqual(['hold']);
    expect(body.HostConfig?.Mounts).toEqual([{ Type: 'bind', Source: '/srv', Target: '/vols/data', ReadOnly: false }]);
  });
});

describe('a container', () => {
  it('joins network and IPC of the sandbox, and has its own processes', () => {
    expect(container().HostConfig).toMatchObject({
      NetworkMode: 'container:S',
      IpcMode: 'container:S',
      PidMode: '',
      RestartPolicy: { Name: 'no' },
    });
    expect(container().HostConfig).not.toHaveProperty('UTSMode');
    expect(container({ hostNetwork: true }).HostConfig?.UTSMode).toBe('host');
  });

  it.each([
    ['sandbox', 'container:S'],
    ['host', 'host'],
    [{ containerId: 'T' }, 'container:T'],
  ] as const)('sees the processes of %j when asked to', (pid, mode) => {
    expect(container({ pid }).HostConfig?.PidMode).toBe(mode);
  });

  it('never asks for what the engine refuses on a joined container', () => {
    expect(container()).not.toHaveProperty('Hostname');
    expect(container()).not.toHaveProperty('ExposedPorts');
    for (const field of ['Dns', 'ExtraHosts', 'PortBindings', 'Sysctls']) {
      expect(container().HostConfig).not.toHaveProperty(field);
    }
  });

  it('runs the image by id, with its own command only where the pod has none', () => {
    expect(container().Image).toBe('sha256:1');
    expect(container()).not.toHaveProperty('Entrypoint');
    expect(container()).not.toHaveProperty('Cmd');
    expect(container({ command: ['a'], args: ['b'], workingDir: '/w' })).toMatchObject({
      Entrypoint: ['a'],
      Cmd: ['b'],
      WorkingDir: '/w',
    });
    expect(container({ env: [{ name: 'A', value: 'x=y' }] }).Env).toEqual(['A=x=y']);
  });

  it('mounts volumes without copying what the image has there', () => {
    const mounts = [{ type: 'volume', volume: 'v', target: '/t', readOnly: true }] as const;
    expect(container({ mounts }).HostConfig?.Mounts).toEqual([
      { Type: 'volume', Source: 'v', Target: '/t', ReadOnly: true, VolumeOptions: { NoCopy: true } },
    ]);
  });

  it('says whose the volumes of its pod are, should the engine have to make them anew', () => {
    const whose = { 'dev.kubelette.node': 'n', 'dev.kubelette.agent': 'a', 'io.kubernetes.pod.uid': 'u' };
    const labels = { ...whose, 'dev.kubelette.role': 'container', 'dev.kubelette.attempt': '0' };
    const wanted = { NoCopy: true, Labels: { ...whose, 'dev.kubelette.role': 'volume' } };
    const own = { type: 'volume', volume: 'kubelette_data_u', target: '/own', readOnly: false } as const;
    const mounts = [own, { ...own, volume: 'kubelette_of-a-claim', target: '/claimed' }];
    const options = container({ mounts }, { ...old, labels }).HostConfig?.Mounts?.map((mount) => mount.VolumeOptions);
    expect(options).toEqual([wanted, { NoCopy: true }]);
    const volumes = [sandboxVolume('kubelette_data_u', 'data', { mode: 0o777, uid: 0, gid: 0 })];
    const [mount] = sandbox({ volumes }, { ...old, labels }).HostConfig?.Mounts ?? [];
    expect(mount?.VolumeOptions).toEqual(wanted);
  });

  it('binds host paths so that a missing one is refused or created, as asked', () => {
    const body = container({ mounts: [bind(), bind({ createSource: true, target: '/made', propagation: 'rslave' })] });
    expect(body.HostConfig?.Binds).toEqual(['/src:/made:ro,rslave']);
    expect(body.HostConfig?.Mounts).toEqual([
      { Type: 'bind', Source: '/src', Target: '/dst', ReadOnly: true, BindOptions: {} },
    ]);
    const modern = container({ mounts: [bind({ createSource: true, source: '/a:b' })] }, recent);
    expect(modern.HostConfig?.Binds).toEqual([]);
    expect(modern.HostConfig?.Mounts?.[0]).toMatchObject({ Source: '/a:b', BindOptions: { CreateMountpoint: true } });
    expect(() => container({ mounts: [bind({ createSource: true, source: '/a:b' })] })).toThrow('contains a colon');
  });

  it('gets parts of volumes from engines that have them, and parts of paths from all', () => {
    const part = {
      type: 'volume',
      volume: 'v',
      target: '/t',
      readOnly: false,
      subPath: { name: 'd', path: 'a/b' },
    } as const;
    const [volume] = container({ mounts: [part] }, recent).HostConfig?.Mounts ?? [];
    expect(volume?.VolumeOptions).toEqual({ NoCopy: true, Subpath: 'a/b' });
    const [whole] =
      container({ mounts: [{ ...part, subPath: { name: 'd', path: '.' } }] }, recent).HostConfig?.Mounts ?? [];
    expect(whole?.VolumeOptions).toEqual({ NoCopy: true });
    const below = bind({ source: '/', subPath: { name: 'd', path: 'a/b' } });
    expect(container({ mounts: [below] }).HostConfig?.Mounts?.[0]?.Source).toBe('/a/b');
  });

  it('is read-only all the way down when asked to, where the engine can', () => {
    const options = (recursiveReadOnly: 'no' | 'if-possible' | 'yes', input = recent): unknown =>
      container({ mounts: [bind({ recursiveReadOnly })] }, input).HostConfig?.Mounts?.[0]?.BindOptions;
    expect(options('no')).toEqual({ ReadOnlyNonRecursive: true });
    expect(options('if-possible')).toEqual({});
    expect(options('yes')).toEqual({ ReadOnlyForceRecursive: true });
    expect(options('if-possible', old)).toEqual({});
    expect(() => options('yes', old)).toThrow('that takes API 1.44 (Docker 25), and it has 1.41');
  });

  it('has images as volumes where the engine can', () => {
    const image = { type: 'image', image: 'sha256:2', target: '/data' } as const;
    expect(container({ mounts: [image] }, recent).HostConfig?.Mounts).toEqual([
      { Type: 'image', Source: 'sha256:2', Target: '/data', ReadOnly: true },
    ]);
    const part = { ...image, subPath: { name: 'i', path: 'etc' } };
    expect(container({ mounts: [part] }, recent).HostConfig?.Mounts?.[0]).toMatchObject({
      ImageOptions: { Subpath: 'etc' },
    });
    // The engine would refuse the second of the same name.
    const twice = [
      image,
      { ...part, image: 'sha256:1234' },
      { ...image, image: 'sha256:1234' },
      { ...image, image: 'sha256:1234' },
    ];
    expect(container({ mounts: twice }, recent).HostConfig?.Mounts?.map(({ Source }) => Source)).toEqual([
      ...['sha256:2', 'sha256:1234', '123', '12'],
    ]);
    expect(() => container({ mounts: [image] })).toThrow(
      expect.objectContaining({
        code: 'Invalid',
        message: 'this engine cannot mount an image as a volume: that takes API 1.48 (Docker 28), and it has 1.41',
      }),
    );
  });

  it('gets its security settings', () => {
    const security = {
      user: '1000:2000',
      groups: [3000],
      privileged: false,
      readOnlyRootfs: true,
      noNewPrivileges: true,
      capAdd: ['NET_ADMIN'],
      capDrop: ['ALL'],
      seccomp: 'unconfined',
    } as const;
    expect(container({ security })).toMatchObject({
      User: '1000:2000',
      HostConfig: {
        GroupAdd: ['3000'],
        Privileged: false,
        ReadonlyRootfs: true,
        CapAdd: ['NET_ADMIN'],
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'],
      },
    });
  });

  it('gets profiles by text and name, and a /proc without masks', () => {
    const plain = {
      groups: [],
      privileged: false,
      readOnlyRootfs: false,
      noNewPrivileges: false,
      capAdd: [],
      capDrop: [],
    };
    const security = { ...plain, seccomp: { profile: '{"a":1}' }, appArmor: 'mine', unmaskedProc: true };
    expect(container({ security }).HostConfig).toMatchObject({
      SecurityOpt: ['seccomp={"a":1}', 'apparmor=mine'],
      MaskedPaths: [],
      ReadonlyPaths: [],
    });
    expect(container().HostConfig).not.toHaveProperty('MaskedPaths');
  });

  it('gets a limit of processes and its place among those killed first', () => {
    expect(container({ resources: { pidsLimit: 9, oomScoreAdj: -997 } }).HostConfig).toMatchObject({
      PidsLimit: 9,
      OomScoreAdj: -997,
    });
  });

  it('gets its limits, no swap, and nothing below what the kernel takes', () => {
    const resources = { cpuShares: 1, cpuPeriodUs: 100_000, cpuQuotaUs: 500, memoryBytes: 64_000_000 };
    expect(container({ resources }).HostConfig).toMatchObject({
      CpuShares: 2,
      CpuPeriod: 100_000,
      CpuQuota: 1_000,
      Memory: 64_000_000,
      MemorySwap: 64_000_000,
    });
    expect(container().HostConfig).not.toHaveProperty('Memory');
  });
});

describe('the log driver', () => {
  it.each([
    ['20.10.24+dfsg1', false, 'local', '1024g'],
    ['20.10.24+dfsg1', true, 'json-file', undefined],
    ['23.0.1', false, 'local', '20m'],
    ['28.5.2', true, 'local', '20m'],
    ['master-dev', false, 'local', '20m'],
  ])('of engine %s (terminal: %s) is %s with at most %s', (version, tty, type, size) => {
    const config = logConfig(version, tty);
    expect(config.Type).toBe(type);
    expect(config.Config['max-size']).toBe(size);
  });
});
