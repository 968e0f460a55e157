import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../../../../src/api/schema/pod.js';
import { buildSandboxSpec } from '../../../../src/kubelet/core/sandbox-spec.js';
import type { SandboxSpec } from '../../../../src/runtime/specs.js';
import { aContainer, aPod } from '../../../support/builders.js';

const specOf = (spec: Partial<PodSpec>, name = 'web'): Omit<SandboxSpec, 'volumes'> =>
  buildSandboxSpec(aPod(spec, { metadata: { name } }), 0);

describe('sandbox spec', () => {
  it('of a plain pod', () => {
    expect(buildSandboxSpec(aPod(), 3)).toEqual({
      pod: { uid: 'uid-1', namespace: 'default', name: 'web' },
      attempt: 3,
      specHash: 'uid-1',
      hostname: 'web',
      network: 'pod',
      ipc: 'pod',
      pid: 'sandbox',
      hostAliases: [],
      ports: [],
      sysctls: {},
    });
  });

  it('of every attempt is the same but for its number', () => {
    const pod = aPod({ hostname: 'h', volumes: [{ name: 'v', emptyDir: {} }], dnsConfig: { searches: ['x'] } });
    expect(buildSandboxSpec(pod, 7)).toEqual({ ...buildSandboxSpec(pod, 0), attempt: 7 });
  });

  it.each<[string, Partial<PodSpec>, Partial<SandboxSpec>]>([
    ['the host network', { hostNetwork: true }, { network: 'host' }],
    ['host IPC', { hostIPC: true }, { ipc: 'host' }],
    ['host PIDs', { hostPID: true }, { pid: 'host' }],
    [
      'lines for /etc/hosts',
      { hostAliases: [{ ip: '10.1.1.1', hostnames: ['db', 'db.local'] }, { ip: '10.1.1.2' }] },
      {
        hostAliases: [
          { ip: '10.1.1.1', hostnames: ['db', 'db.local'] },
          { ip: '10.1.1.2', hostnames: [] },
        ],
      },
    ],
    [
      'sysctls by their dotted names',
      {
        securityContext: {
          sysctls: [
            { name: 'net/ipv4/ip_forward', value: '1' },
            { name: 'kernel.shm_rmid_forced', value: '0' },
          ],
        },
      },
      { sysctls: { 'net.ipv4.ip_forward': '1', 'kernel.shm_rmid_forced': '0' } },
    ],
    [
      'DNS settings',
      {
        dnsConfig: {
          nameservers: ['1.1.1.1'],
          searches: ['a.b'],
          options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }, { name: 'x', value: '' }],
        },
      },
      { dns: { nameservers: ['1.1.1.1'], searches: ['a.b'], options: ['ndots:2', 'edns0', 'x'] } },
    ],
    ['DNS settings that are empty', { dnsConfig: {} }, { dns: { nameservers: [], searches: [], options: [] } }],
  ])('carries %s', (_what, spec, wanted) => {
    expect(specOf(spec)).toMatchObject(wanted);
  });
});

describe('hostname', () => {
  it.each<[string, string | undefined, string, string]>([
    ["the pod's name", undefined, 'web', 'web'],
    ["the spec's", 'other', 'web', 'other'],
    ["the pod's name for an empty one", '', 'web', 'web'],
    ['the first 63 characters', undefined, 'x'.repeat(70), 'x'.repeat(63)],
    ['without dots and dashes where it is cut', undefined, `${'x'.repeat(60)}.-.yyy`, 'x'.repeat(60)],
  ])('is %s', (_what, hostname, name, wanted) => {
    expect(specOf(hostname === undefined ? {} : { hostname }, name).hostname).toBe(wanted);
  });
});

describe('ports', () => {
  const port = { containerPort: 80, hostPort: 8080 };

  it('are those with a host port, of main containers and sidecars', () => {
    const { ports } = specOf({
      initContainers: [
        aContainer('setup', { ports: [{ containerPort: 1, hostPort: 1 }] }),
        aContainer('proxy', {
          restartPolicy: 'Always',
          ports: [{ containerPort: 53, hostPort: 5353, protocol: 'UDP' }],
        }),
      ],
      containers: [
        aContainer('app', { ports: [port, { containerPort: 81 }, { containerPort: 82, hostPort: 0 }] }),
        aContainer('more', { ports: [{ containerPort: 90, hostPort: 9090, hostIP: '127.0.0.1', protocol: 'SCTP' }] }),
      ],
    });
    expect(ports).toEqual([
      { containerPort: 53, hostPort: 5353, hostIP: '', protocol: 'udp' },
      { containerPort: 80, hostPort: 8080, hostIP: '', protocol: 'tcp' },
      { containerPort: 90, hostPort: 9090, hostIP: '127.0.0.1', protocol: 'sctp' },
    ]);
  });

  it('are the process its own business on the host network', () => {
    expect(specOf({ hostNetwork: true, containers: [aContainer('app', { ports: [port] })] }).ports).toEqual([]);
  });
});
