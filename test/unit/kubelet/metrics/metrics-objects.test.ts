import { describe, expect, it } from '@jest/globals';
import { toNodeMetrics, toPodMetrics } from '../../../../src/kubelet/metrics/metrics-objects.js';
import { addUsages, toStatsSummary } from '../../../../src/kubelet/metrics/stats-summary.js';
import { computeUsage, type Usage } from '../../../../src/kubelet/metrics/usage.js';
import type { ContainerSample } from '../../../../src/runtime/stats.js';
import { aPod, T0 } from '../../../support/builders.js';
import { aSample } from '../../../support/samples.js';

const MIB = 2 ** 20;
const usage = (changes: Partial<ContainerSample> = {}, cpuNanoCores = 11_000_001, windowMs = 15_003): Usage => ({
  sample: aSample(20_000, 500, changes),
  cpuNanoCores,
  windowMs,
});

describe('usage', () => {
  it.each([
    ['half a CPU', aSample(0, 0), aSample(2_000, 1_000), 500_000_000],
    ['two CPUs', aSample(0, 100), aSample(1_000, 2_100), 2_000_000_000],
    ['nothing', aSample(0, 100), aSample(1_000, 100), 0],
    ['unknown between samples that are too close', aSample(0, 0), aSample(899, 1), undefined],
    ['unknown after a restart', aSample(0, 100), aSample(1_000, 99), undefined],
    ['unknown when time went backwards', aSample(1_000, 100), aSample(0, 200), undefined],
  ])('is %s', (_name, before, after, expected) => {
    expect(computeUsage(before, after)?.cpuNanoCores).toBe(expected);
  });
});

describe('metrics.k8s.io', () => {
  it('shows a pod with its labels and its running containers', () => {
    const pod = aPod({}, { metadata: { labels: { app: 'web' } } });
    const other = { ...usage({ takenAt: T0 + 1_000 }, 0, 9_000) };
    expect(
      toPodMetrics(
        pod,
        new Map([
          ['app', usage({ memory: { usageBytes: 0, workingSetBytes: 22.5 * MIB } })],
          ['idle', other],
        ]),
        T0 + 21_500,
      ),
    ).toEqual({
      kind: 'PodMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: {
        name: 'web',
        namespace: 'default',
        creationTimestamp: '2026-01-01T00:00:21Z',
        labels: { app: 'web' },
      },
      timestamp: '2026-01-01T00:00:20Z',
      window: '15.003s',
      containers: [
        { name: 'app', usage: { cpu: '12m', memory: '23Mi' } },
        { name: 'idle', usage: { cpu: '0m', memory: '20Mi' } },
      ],
    });
  });

  it('leaves out a pod of which nothing runs', () => {
    expect(toPodMetrics(aPod(), new Map(), T0)).toBe(undefined);
  });

  it('shows the node', () => {
    expect(toNodeMetrics('here', { a: 'b' }, usage({}, 1_500_000_000), T0)).toEqual({
      kind: 'NodeMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: { name: 'here', creationTimestamp: '2026-01-01T00:00:00Z', labels: { a: 'b' } },
      timestamp: '2026-01-01T00:00:20Z',
      window: '15.003s',
      usage: { cpu: '1500m', memory: '20Mi' },
    });
  });
});

describe('/stats/summary', () => {
  const eth0 = { name: 'eth0', rxBytes: 1, rxErrors: 0, txBytes: 2, txErrors: 0 };
  const lo = { ...eth0, name: 'lo' };
  const identity = { name: 'web', namespace: 'default', uid: 'uid-1' };

  it('adds up a pod and reports its network once', () => {
    const memory = { usageBytes: 100, workingSetBytes: 60, rssBytes: 50 };
    const app = usage({ networks: [lo, eth0], memory: { ...memory, limitBytes: 200 } }, 5);
    const sidecar = usage({ networks: [lo, eth0], memory }, 7);
    const summary = toStatsSummary({ name: 'here', startedAt: T0 }, [
      {
        pod: identity,
        startedAt: T0,
        containers: [
          { name: 'app', startedAt: T0 + 1_000, usage: app },
          { name: 'sidecar', startedAt: T0 + 2_000, usage: sidecar },
        ],
      },
      { pod: { ...identity, uid: 'uid-2' }, startedAt: T0, containers: [] },
    ]);
    const time = '2026-01-01T00:00:20Z';
    expect(summary).toEqual({
      node: { nodeName: 'here', startTime: '2026-01-01T00:00:00Z' },
      pods: [
        {
          podRef: identity,
          startTime: '2026-01-01T00:00:00Z',
          containers: [
            {
              name: 'app',
              startTime: '2026-01-01T00:00:01Z',
              cpu: { time, usageNanoCores: 5, usageCoreNanoSeconds: 500_000_000 },
              memory: { time, availableBytes: 140, usageBytes: 100, workingSetBytes: 60, rssBytes: 50 },
            },
            {
              name: 'sidecar',
              startTime: '2026-01-01T00:00:02Z',
              cpu: { time, usageNanoCores: 7, usageCoreNanoSeconds: 500_000_000 },
              memory: { time, usageBytes: 100, workingSetBytes: 60, rssBytes: 50 },
            },
          ],
          cpu: { time, usageNanoCores: 12, usageCoreNanoSeconds: 1_000_000_000 },
          memory: { time, usageBytes: 200, workingSetBytes: 120, rssBytes: 100 },
          network: { time, ...eth0, interfaces: [lo, eth0] },
        },
      ],
    });
  });

  it('shows the machine where it is known', () => {
    const { node } = toStatsSummary({ name: 'here', startedAt: T0, usage: usage() }, []);
    expect(node).toMatchObject({ cpu: { usageNanoCores: 11_000_001 }, memory: { workingSetBytes: 20 * MIB } });
  });

  it('leaves out of a sum what one of the parts does not know', () => {
    const known = usage({ memory: { usageBytes: 1, workingSetBytes: 1, rssBytes: 1 } });
    expect(addUsages([known, usage()])?.sample.memory).not.toHaveProperty('rssBytes');
    expect(addUsages([])).toBe(undefined);
  });
});
