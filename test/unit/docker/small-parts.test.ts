import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { securityFeatures } from '../../../src/docker/capabilities.js';
import { clockSkew } from '../../../src/docker/clock-skew.js';
import { splitReference } from '../../../src/docker/image-reference.js';
import { jsonLines } from '../../../src/docker/json-lines.js';
import { parseNamespaces } from '../../../src/docker/namespaces.js';
import { bridgeOf, containersOf, leadsTo, parseRoutes } from '../../../src/docker/pod-network.js';
import { PullProgressText } from '../../../src/docker/pull-progress.js';
import { missingPart } from '../../../src/docker/run-sandbox.js';
import { KubeletteError } from '../../../src/lib/errors.js';

describe('security options of an engine', () => {
  it.each([
    [['name=seccomp,profile=default'], false, false],
    [['name=apparmor', 'name=userns'], true, true],
    [['name=seccomp,profile=builtin', 'name=rootless'], false, true],
  ])('%j: AppArmor %p, user namespaces %p', (options, appArmor, userNamespaces) => {
    expect(securityFeatures(options)).toEqual({ appArmor, userNamespaces });
  });
});

describe('an image reference for a pull', () => {
  it.each([
    ['busybox', 'busybox', 'latest'],
    ['busybox:1.36', 'busybox', '1.36'],
    ['localhost:5000/a/b', 'localhost:5000/a/b', 'latest'],
    ['localhost:5000/a/b:2', 'localhost:5000/a/b', '2'],
    ['a/b@sha256:12', 'a/b', 'sha256:12'],
    ['a/b:1@sha256:12', 'a/b:1', 'sha256:12'],
  ])('%s is %s and %s', (reference, fromImage, tag) => {
    expect(splitReference(reference)).toEqual({ fromImage, tag });
  });
});

describe('jsonLines', () => {
  it('gives objects however the bytes are cut, and skips what is none', async () => {
    const bytes = Buffer.from('{"a":"ü"}\r\n\n42\n{oops\n{"b":2}');
    for (const size of [1, 3, 100]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const values: unknown[] = [];
      for await (const value of jsonLines(Readable.from(chunks))) values.push(value);
      expect(values).toEqual([{ a: 'ü' }, { b: 2 }]);
    }
  });
});

describe('the namespaces of processes', () => {
  it('are read from the lines of the sandbox program', () => {
    const lines = [
      '17 net:[4026531992] ipc:[4026531839] uts:[1] pid:[2] mnt:[3] user:[4] cgroup:[5]',
      '99 net:error-2 ipc:error-13 odd:[7]',
    ];
    expect([...parseNamespaces(lines)]).toEqual([
      [17, { net: '4026531992', ipc: '4026531839', uts: '1', pid: '2', mnt: '3', user: '4', cgroup: '5' }],
      [99, {}],
    ]);
  });
});

describe('the network of the pods', () => {
  const routes = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'br-1\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    'eth0\t0000000A\t0100A8C0\t0003\t0\t0\t0\t000000FF\t0\t0\t0',
    '',
  ].join('\n');

  it('is looked for in the routing table', () => {
    expect(parseRoutes(routes)).toEqual([
      { interface: 'br-1', subnet: '172.18.0.0/16' },
      { interface: 'eth0', subnet: '10.0.0.0/8' },
    ]);
    expect(parseRoutes('')).toEqual([]);
  });

  it('has a bridge with a name of its own', () => {
    const Id = '0123456789abcdef0123456789abcdef';
    expect(bridgeOf({ Id })).toBe('br-0123456789ab');
    expect(bridgeOf({ Id, Options: { 'com.docker.network.bridge.name': 'pods0' } })).toBe('pods0');
  });

  it.each<[string, string[], string[], boolean]>([
    ['its bridge is here', ['172.18.0.0/16'], ['br-1 172.18.0.0/16'], true],
    ['beside a wider route', ['172.18.0.0/16'], ['eth0 172.16.0.0/12', 'br-1 172.18.0.0/16'], true],
    ['it has IPv6 as well', ['fd00::/64', '172.18.0.0/16'], ['br-1 172.18.0.0/16'], true],
    ['a network of another engine has its addresses', ['172.18.0.0/16'], ['br-2 172.18.0.0/16'], false],
    ['so has one beside its bridge', ['172.18.0.0/16'], ['br-1 172.18.0.0/16', 'br-2 172.18.0.0/16'], false],
    ['a part of it is elsewhere', ['172.18.0.0/16'], ['br-1 172.18.0.0/16', 'tun0 172.18.4.0/24'], false],
    ['there is only a way to everything', ['172.18.0.0/16'], ['eth0 172.16.0.0/12'], false],
    ['it has IPv6 alone', ['fd00::/64'], ['br-1 172.18.0.0/16'], false],
    ['it has no addresses', [], ['br-1 172.18.0.0/16'], false],
  ])('%s: %j, with %j, reached directly: %s', (_case, subnets, table, direct) => {
    const network = { Id: '1', IPAM: { Driver: 'default', Config: subnets.map((Subnet) => ({ Subnet })) } };
    const known = table.map((line) => {
      const [name = '', subnet = ''] = line.split(' ');
      return { interface: name, subnet };
    });
    expect(leadsTo(network, 'br-1', known)).toBe(direct);
  });

  it('is that of a container that has mounts of it', () => {
    const id = 'a'.repeat(64);
    const mounts = [
      `613 600 254:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw - ext4 /dev/vda1 rw`,
      `614 600 254:1 /var/lib/docker/containers/${id}/hosts /etc/hosts rw - ext4 /dev/vda1 rw`,
    ].join('\n');
    expect(containersOf(mounts)).toEqual([id]);
    expect(containersOf('22 1 254:1 / / rw - ext4 /dev/vda1 rw')).toEqual([]);
  });
});

describe('the clock of the engine', () => {
  it.each([
    ['2026-01-01T00:00:10Z', 4_000],
    ['2026-01-01T00:00:00.5Z', -5_500],
    ['nonsense', 0],
    [undefined, 0],
  ])('at %s differs by %d ms from the middle of our two looks', (time, skew) => {
    const zero = Date.UTC(2026, 0, 1);
    expect(clockSkew(time, zero + 5_000, zero + 7_000, 0)).toBe(skew);
  });
});

describe('pull progress', () => {
  it('adds up layers and never counts extraction as download', () => {
    const text = new PullProgressText();
    text.add({ status: 'Pulling fs layer', id: 'a' });
    text.add({ status: 'Already exists', id: 'b' });
    text.add({ status: 'Downloading', id: 'a', progressDetail: { current: 1_000_000, total: 4_000_000 } });
    expect(text.add({ status: 'Extracting', id: 'a', progressDetail: { current: 1, total: 9 } })).toBe(
      '1 of 2 layers, 4.0 MB of 4.0 MB',
    );
    expect(text.add({ status: 'Digest: sha256:1' })).toBe('1 of 2 layers, 4.0 MB of 4.0 MB');
  });
});

describe('what a sandbox misses', () => {
  it.each([
    ['NotFound', 'Error response from daemon: No such image: kubelette.local/sandbox:1', 'image'],
    ['NotFound', 'Error response from daemon: network kubelette not found', 'network'],
    ['Invalid', 'Error response from daemon: network kubelette is ambiguous (2 matches found on name)', 'network'],
    ['NotFound', 'Error response from daemon: No such container: x', undefined],
    ['Internal', 'Error response from daemon: network kubelette not found', undefined],
  ] as const)('%s "%s" is %s', (code, message, missing) => {
    expect(missingPart(new KubeletteError(code, message))).toBe(missing);
  });
});
