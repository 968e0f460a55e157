import { describe, expect, it } from '@jest/globals';
import { nodeSchema, type Node } from '../../../../src/api/schema/node.js';
import { conditionEvents } from '../../../../src/kubelet/node-status/node-conditions.js';
import type { NodeFacts } from '../../../../src/kubelet/node-status/node-facts.js';
import { computeLease } from '../../../../src/kubelet/node-status/node-lease.js';
import { computeNode, withoutHeartbeats } from '../../../../src/kubelet/node-status/node-object.js';
import type { HostInfo } from '../../../../src/runtime/host.js';
import { T0 } from '../../../support/builders.js';

const DISKLESS: HostInfo = {
  engineVersion: '20.10.24',
  engineId: 'QPG5:V56G',
  kernelVersion: '6.1.0',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  os: 'linux',
  architecture: 'arm64',
  cpus: 2,
  memoryBytes: 8 * 2 ** 30,
};
const HOST: HostInfo = { ...DISKLESS, disk: { capacityBytes: 100 * 2 ** 30, availableBytes: 50 * 2 ** 30 } };
const facts = (changes: Partial<NodeFacts> = {}): NodeFacts => ({
  nodeName: 'here',
  hostIP: '192.0.2.1',
  kubeletVersion: 'v1.33.0',
  host: HOST,
  images: [],
  healthy: true,
  ...changes,
});
/** The engine is away and has never answered. */
const UNKNOWN: NodeFacts = { nodeName: 'here', hostIP: '192.0.2.1', kubeletVersion: 'v1', images: [], healthy: false };
const conditions = (node: Node): string[] =>
  (node.status?.conditions ?? []).map(({ message, reason, status, type }) => `${type} ${status} ${reason}: ${message}`);
const minute = 60_000;

describe('the node object', () => {
  it('says what kubectl shows of a node', () => {
    const node = computeNode(facts(), undefined, T0);
    expect(nodeSchema.safeParse(node).success).toBe(true);
    expect(node).toEqual({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: 'here',
        labels: {
          'kubernetes.io/hostname': 'here',
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'arm64',
          'beta.kubernetes.io/os': 'linux',
          'beta.kubernetes.io/arch': 'arm64',
        },
      },
      spec: {},
      status: {
        capacity: { cpu: '2', memory: '8388608Ki', 'ephemeral-storage': '104857600Ki', pods: '110' },
        allocatable: { cpu: '2', memory: '8388608Ki', 'ephemeral-storage': '104857600Ki', pods: '110' },
        conditions: expect.anything(),
        addresses: [
          { type: 'InternalIP', address: '192.0.2.1' },
          { type: 'Hostname', address: 'here' },
        ],
        nodeInfo: {
          machineID: 'QPG5:V56G',
          systemUUID: 'QPG5:V56G',
          bootID: '',
          kernelVersion: '6.1.0',
          osImage: 'Debian GNU/Linux 12 (bookworm)',
          containerRuntimeVersion: 'docker://20.10.24',
          kubeletVersion: 'v1.33.0',
          kubeProxyVersion: '',
          operatingSystem: 'linux',
          architecture: 'arm64',
        },
        images: [],
      },
    });
  });

  it('lists the 50 largest images, with five names each', () => {
    const images = Array.from({ length: 60 }, (_, i) => ({
      names: Array.from({ length: 7 }, (__, n) => `image${i}:${n}`),
      sizeBytes: i,
    }));
    const listed = computeNode(facts({ images }), undefined, T0).status?.images ?? [];
    expect(listed).toHaveLength(50);
    expect(listed[0]).toEqual({
      names: ['image59:0', 'image59:1', 'image59:2', 'image59:3', 'image59:4'],
      sizeBytes: 59,
    });
  });

  it('keeps what others have set', () => {
    const stored = computeNode(facts(), undefined, T0);
    const changed: Node = {
      ...stored,
      metadata: { ...stored.metadata, uid: 'u', labels: { mine: 'yes', 'kubernetes.io/os': 'plan9' } },
      spec: { unschedulable: true },
      status: { ...stored.status, conditions: [{ type: 'Theirs', status: 'True' }] },
    };
    const node = computeNode(facts(), changed, T0);
    expect(node.metadata).toMatchObject({ uid: 'u', labels: { mine: 'yes', 'kubernetes.io/os': 'linux' } });
    expect(node.spec).toEqual({ unschedulable: true });
    expect(node.status?.conditions?.map(({ type }) => type)).toEqual([
      'Theirs',
      'MemoryPressure',
      'DiskPressure',
      'PIDPressure',
      'Ready',
    ]);
  });

  it('leaves out a disk that cannot be seen, and is ready all the same', () => {
    const node = computeNode(facts({ host: DISKLESS }), undefined, T0);
    expect(node.status?.capacity).not.toHaveProperty('ephemeral-storage');
    expect(conditions(node).at(-1)).toMatch(/^Ready True/);
  });

  it('remembers the machine of an engine that is away since the agent started', () => {
    const stored = computeNode(facts(), undefined, T0);
    const node = computeNode(UNKNOWN, stored, T0);
    expect(node.status?.capacity).toEqual(stored.status?.capacity);
    expect(node.status?.nodeInfo).toEqual(stored.status?.nodeInfo);
  });
});

describe('the conditions of a node', () => {
  const calm = [
    'MemoryPressure False KubeletHasSufficientMemory: kubelet has sufficient memory available',
    'DiskPressure False KubeletHasNoDiskPressure: kubelet has no disk pressure',
    'PIDPressure False KubeletHasSufficientPID: kubelet has sufficient PID available',
  ];
  const cases: [string, NodeFacts, string[]][] = [
    ['all is well', facts(), [...calm, 'Ready True KubeletReady: kubelet is posting ready status']],
    [
      'the engine is down',
      facts({ healthy: false }),
      [...calm, 'Ready False KubeletNotReady: container runtime is down'],
    ],
    [
      'the engine has never answered',
      UNKNOWN,
      [
        ...calm,
        'Ready False KubeletNotReady: container runtime is down,Missing node capacity for resources: cpu, memory, pods, ephemeral-storage',
      ],
    ],
    [
      'less than a tenth of the disk is free',
      facts({ host: { ...HOST, disk: { capacityBytes: 1_000, availableBytes: 99 } } }),
      [
        'MemoryPressure False KubeletHasSufficientMemory: kubelet has sufficient memory available',
        'DiskPressure True KubeletHasDiskPressure: kubelet has disk pressure',
        'PIDPressure False KubeletHasSufficientPID: kubelet has sufficient PID available',
        'Ready True KubeletReady: kubelet is posting ready status',
      ],
    ],
  ];
  it.each(cases)('say that %s', (_name, known, expected) => {
    expect(conditions(computeNode(known, undefined, T0))).toEqual(expected);
  });

  it('move their heartbeat each time, and the transition with the status only', () => {
    const first = computeNode(facts(), undefined, T0);
    const second = computeNode(facts({ healthy: false }), first, T0 + minute);
    expect(second.status?.conditions?.map((one) => [one.lastHeartbeatTime, one.lastTransitionTime])).toEqual([
      ['2026-01-01T00:01:00Z', '2026-01-01T00:00:00Z'],
      ['2026-01-01T00:01:00Z', '2026-01-01T00:00:00Z'],
      ['2026-01-01T00:01:00Z', '2026-01-01T00:00:00Z'],
      ['2026-01-01T00:01:00Z', '2026-01-01T00:01:00Z'],
    ]);
    expect(withoutHeartbeats(computeNode(facts(), first, T0 + minute))).toEqual(withoutHeartbeats(first));
    expect(withoutHeartbeats(second)).not.toEqual(withoutHeartbeats(first));
  });

  it('are told of when they are new or flip', () => {
    const first = computeNode(facts(), undefined, T0).status?.conditions ?? [];
    const down = computeNode(facts({ healthy: false }), undefined, T0).status?.conditions ?? [];
    const reasons = (...args: Parameters<typeof conditionEvents>): string[] =>
      conditionEvents(...args).map(({ reason }) => reason);
    expect(reasons([], first)).toEqual([
      'NodeHasSufficientMemory',
      'NodeHasNoDiskPressure',
      'NodeHasSufficientPID',
      'NodeReady',
    ]);
    expect(reasons(first, down)).toEqual(['NodeNotReady']);
    expect(reasons(down, down)).toEqual([]);
  });
});

describe('the lease of a node', () => {
  it('belongs to the node, lasts 40 seconds and is renewed with microseconds', () => {
    const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'here', uid: 'u' } };
    const lease = computeLease(node, undefined, T0 + 123);
    expect(lease).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'here',
        namespace: 'kube-node-lease',
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'here', uid: 'u' }],
      },
      spec: { holderIdentity: 'here', leaseDurationSeconds: 40, renewTime: '2026-01-01T00:00:00.123000Z' },
    });
    expect(computeLease(node, lease, T0 + 10_000).spec?.renewTime).toBe('2026-01-01T00:00:10.000000Z');
  });
});
