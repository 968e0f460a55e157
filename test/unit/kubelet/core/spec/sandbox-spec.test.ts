import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../../../../../src/api/schema/pod.js';
import { hostsFile } from '../../../../../src/kubelet/core/spec/hosts-file.js';
import { buildSandboxSpec } from '../../../../../src/kubelet/core/spec/sandbox-spec.js';
import type { SandboxSpec } from '../../../../../src/runtime/specs.js';
import { aContainer, aPod } from '../../../../support/builders.js';

const NODE = { nameservers: ['192.0.2.53'], searches: [], options: [] };
const specOf = (spec: Partial<PodSpec>): Omit<SandboxSpec, 'volumes'> => buildSandboxSpec(aPod(spec), 0, NODE);

describe('sandbox spec', () => {
  it('of a plain pod', () => {
    expect(buildSandboxSpec(aPod(), 3, NODE)).toEqual({
      pod: { uid: 'uid-1', namespace: 'default', name: 'web' },
      attempt: 3,
      specHash: 'uid-1',
      hostname: 'web',
      network: 'pod',
      ipc: 'pod',
      pid: 'sandbox',
      files: [{ path: '/etc/hosts', text: hostsFile(aPod()) }],
      ports: [],
      sysctls: {},
    });
  });

  it('of every attempt is the same but for its number', () => {
    const pod = aPod({ hostname: 'h', volumes: [{ name: 'v', emptyDir: {} }], dnsConfig: { searches: ['x'] } });
    expect(buildSandboxSpec(pod, 7, NODE)).toEqual({ ...buildSandboxSpec(pod, 0, NODE), attempt: 7 });
  });

  it.each<[string, Partial<PodSpec>, Partial<SandboxSpec>]>([
    ['the host network', { hostNetwork: true }, { network: 'host', hostname: '' }],
    ['host IPC', { hostIPC: true }, { ipc: 'host' }],
    ['host PIDs', { hostPID: true }, { pid: 'host' }],
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
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'] } },
      {
        files: [
          { path: '/etc/hosts', text: hostsFile(aPod()) },
          { path: '/etc/resolv.conf', text: 'nameserver 1.1.1.1\n' },
        ],
      },
    ],
    ['the whole name', { subdomain: 's', setHostnameAsFQDN: true }, { hostname: 'web.s.default.svc.cluster.local' }],
  ])('carries %s', (_what, spec, wanted) => {
    expect(specOf(spec)).toMatchObject(wanted);
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
