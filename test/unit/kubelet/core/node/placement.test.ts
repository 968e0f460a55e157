import { describe, expect, it } from '@jest/globals';
import type { Pod, PodSpec } from '../../../../../src/api/schema/pod.js';
import {
  decidePlacement,
  isPlaced,
  isRejected,
  unplacedStatus,
  type Placement,
} from '../../../../../src/kubelet/core/node/placement.js';
import { aContainer, aPod, T0 } from '../../../../support/builders.js';

const ALLOCATABLE = { cpu: '2', memory: '1Gi', pods: '3' };
const asking = (requests: Record<string, string>): Partial<PodSpec> => ({
  containers: [aContainer('app', { resources: { requests } })],
});
const publishing = (hostPort: number, more: object = {}): Partial<PodSpec> => ({
  containers: [aContainer('app', { ports: [{ containerPort: 80, hostPort, ...more }] })],
});
const decide = (spec: Partial<PodSpec>, others: readonly Partial<PodSpec>[], isStatic = false): Placement =>
  decidePlacement(aPod(spec), { allocatable: ALLOCATABLE, others: others.map((other) => aPod(other)) }, isStatic);

describe('a pod', () => {
  it.each<[string, Partial<PodSpec>, Partial<PodSpec>[]]>([
    ['that asks for nothing', {}, [asking({ cpu: '2' })]],
    ['that asks for the last of it', asking({ cpu: '1' }), [asking({ cpu: '1' })]],
    ['that asks for storage nobody has counted', asking({ 'ephemeral-storage': '1Ti' }), []],
    ['with another port', publishing(80), [publishing(81)]],
    [
      'with the port on another address',
      publishing(80, { hostIP: '127.0.0.1' }),
      [publishing(80, { hostIP: '10.0.0.1' })],
    ],
    ['with the port of another protocol', publishing(53, { protocol: 'UDP' }), [publishing(53)]],
  ])('%s fits', (_what, spec, others) => {
    expect(decide(spec, others)).toEqual({ kind: 'fits' });
  });

  it.each<[string, Partial<PodSpec>, Partial<PodSpec>[], string]>([
    ['CPU', asking({ cpu: '1500m' }), [asking({ cpu: '1' })], '1 Insufficient cpu'],
    ['CPU and memory', asking({ cpu: '3', memory: '2Gi' }), [], '1 Insufficient cpu, 1 Insufficient memory'],
    ['a place', {}, [{}, {}, {}], '1 Too many pods'],
    [
      'huge pages and devices',
      asking({ 'hugepages-2Mi': '2Mi', 'a.b/c': '1' }),
      [],
      '1 Insufficient a.b/c, 1 Insufficient hugepages-2Mi',
    ],
    [
      'a port',
      publishing(80, { hostIP: '127.0.0.1' }),
      [publishing(80)],
      "1 node(s) didn't have free ports for the requested pod ports",
    ],
  ])('without room for %s waits', (_what, spec, others, why) => {
    expect(decide(spec, others)).toEqual({ kind: 'waits', message: `0/1 nodes are available: ${why}.` });
  });

  it.each<[string, Partial<PodSpec>, Partial<PodSpec>[], string, string]>([
    [
      'CPU',
      asking({ cpu: '1500m', memory: '2Gi' }),
      [asking({ cpu: '1' })],
      'OutOfcpu',
      "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
    ],
    [
      'memory',
      asking({ memory: '2Gi' }),
      [],
      'OutOfmemory',
      "Node didn't have enough resource: memory, requested: 2147483648, used: 0, capacity: 1073741824",
    ],
    [
      'a place',
      {},
      [{}, {}, {}],
      'OutOfpods',
      "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
    ],
    [
      'a port',
      publishing(80),
      [publishing(80)],
      'NodePorts',
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    ],
  ])('from a manifest without room for %s is rejected', (_what, spec, others, reason, message) => {
    expect(decide(spec, others, true)).toEqual({ kind: 'rejected', reason, message });
  });

  it('from a manifest may ask for devices nobody knows', () => {
    expect(decide(asking({ 'a.b/c': '1' }), [], true)).toEqual({ kind: 'fits' });
  });
});

describe('the status of a pod without a part of the node', () => {
  const withStatus = (status: NonNullable<Pod['status']>): Pod => aPod({}, { status });

  it('says that it is not scheduled, and since when', () => {
    const first = unplacedStatus(aPod(), { kind: 'waits', message: 'a' }, T0);
    expect(first).toEqual({
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: 'a',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    });
    const later = unplacedStatus(withStatus(first), { kind: 'waits', message: 'b' }, T0 + 60_000);
    expect(later.conditions?.[0]).toMatchObject({ message: 'b', lastTransitionTime: '2026-01-01T00:00:00Z' });
    expect(isPlaced(withStatus(first))).toBe(false);
  });

  it('is the end of a rejected one', () => {
    const rejected = { kind: 'rejected', reason: 'OutOfcpu', message: 'too little' } as const;
    const status = unplacedStatus(withStatus({ qosClass: 'Burstable' }), rejected, T0);
    expect(status).toEqual({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: 'Pod was rejected: too little',
      startTime: '2026-01-01T00:00:00Z',
      qosClass: 'Burstable',
    });
    expect(isRejected(withStatus(status))).toBe(true);
    expect(isRejected(withStatus({ phase: 'Failed', message: 'x' }))).toBe(false);
  });
});
