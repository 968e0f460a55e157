import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DockerRuntime } from '../../../src/docker/docker-runtime.js';
import { nodeMetrics, type MetricsSource } from '../../../src/kubelet/metrics/node-metrics.js';
import { StatsSampler } from '../../../src/kubelet/metrics/stats-sampler.js';
import { systemClock } from '../../../src/lib/clock.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { MemoryStore } from '../../../src/store/memory-store.js';
import { eventually } from '../../support/eventually.js';
import { openDockerWorld, script, type DockerWorld } from '../../support/docker-world.js';
import { containerSpec, sandboxSpec } from '../../support/specs.js';

const stop = new AbortController();
const { signal } = stop;
const pod = { uid: 'stats', namespace: 'default', name: 'stats' };
const MIB = 2 ** 20;

let world: DockerWorld;
let runtime: DockerRuntime;
let metrics: MetricsSource;
const ids: Record<string, string> = {};

beforeAll(async () => {
  world = await openDockerWorld('stats');
  runtime = await world.runtime();
  const id = await runtime.runSandbox(sandboxSpec(pod), signal);
  const sandbox = { id, instance: (await runtime.inspectPod(pod.uid, signal)).sandboxes[0]?.instance ?? '' };
  const { reference: image, id: imageId } = world.busybox;
  const programs: [string, string, object][] = [
    ['busy', 'while :; do :; done', { cpuPeriodUs: 100_000, cpuQuotaUs: 30_000, memoryBytes: 64 * MIB }],
    ['idle', 'sleep 1000', {}],
    ['ended', 'exit 0', {}],
  ];
  for (const [name, text, resources] of programs) {
    const spec = containerSpec({ pod, sandbox, image, imageId }, { name, ...script(text), resources });
    ids[name] = await runtime.createContainer(spec, signal);
    await runtime.startContainer(ids[name], signal);
  }
  const clock = systemClock;
  const store = new MemoryStore({ clock, historyLimit: 10, revision: 0, objects: [] });
  store.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.name, namespace: pod.namespace, uid: pod.uid, labels: { app: 'stats' } },
    spec: { containers: [] },
  } as never);
  const sampler = new StatsSampler({ stats: runtime.stats, clock, logger: silentLogger, signal });
  metrics = nodeMetrics({
    store,
    nodeName: world.nodeName,
    observedPods: async (within) => runtime.listPods(within),
    sample: async (container, within) => sampler.sample(container, within),
    clock,
  });
});
afterAll(async () => {
  stop.abort();
  await world.close();
});

describe('what containers use', () => {
  it('is told of those that run: the busy one is held to its limit, the idle one uses next to nothing', async () => {
    const found = await eventually('both are measured', async () => {
      const [measured] = await metrics.pods(undefined, signal);
      return measured?.containers.length === 2 && measured;
    });
    expect(found).toMatchObject({
      metadata: { name: 'stats', namespace: 'default', labels: { app: 'stats' } },
      window: expect.stringMatching(/^[\d.]+s$/),
    });
    const usage = new Map(found.containers.map((container) => [container.name, container.usage]));
    expect([...usage.keys()].sort()).toEqual(['busy', 'idle']);
    const busy = Number.parseInt(usage.get('busy')?.cpu ?? '', 10);
    // 30 % of a CPU, if others leave it as much; how sharply the kernel holds it to that depends on what else the machine does.
    expect(busy).toBeGreaterThan(50);
    expect(busy).toBeLessThan(450);
    expect(Number.parseInt(usage.get('idle')?.cpu ?? '', 10)).toBeLessThan(50);
    expect(usage.get('busy')?.memory).toMatch(/^[1-9]\d?Mi$/);
  });

  it('is summed up with the limit, the network of the pod and the counters', async () => {
    const { node, pods } = await metrics.summary(signal);
    const [found] = pods;
    expect(found?.podRef).toEqual(pod);
    const busy = found?.containers.find(({ name }) => name === 'busy');
    expect(busy?.cpu.usageCoreNanoSeconds).toBeGreaterThan(0);
    expect(busy?.memory.workingSetBytes).toBeGreaterThan(0);
    expect(found?.network).toMatchObject({ name: 'eth0' });
    expect(node.cpu?.usageNanoCores).toBeGreaterThan(0);
  });

  it('of one that has ended or is gone is nothing', async () => {
    expect(await runtime.stats.sample(ids['ended'] ?? '', signal)).toBe(undefined);
    expect(await runtime.stats.sample('0123456789ab', signal)).toBe(undefined);
    const samples = [];
    for (const id of [ids['ended'] ?? '', '0123456789ab']) {
      for await (const sample of runtime.stats.follow(id, signal)) samples.push(sample);
    }
    expect(samples).toEqual([]);
  });

  it('is followed until the container dies', async () => {
    let samples = 0;
    for await (const sample of runtime.stats.follow(ids['idle'] ?? '', signal)) {
      expect(sample.cpuNanos).toBeGreaterThan(0);
      samples += 1;
      if (samples === 2) await runtime.stopContainer(ids['idle'] ?? '', 0, signal);
    }
    expect(samples).toBeGreaterThanOrEqual(2);
  });
});

describe('the machine of the engine', () => {
  it('has CPUs, memory, a disk and a name, and images that a node can list', async () => {
    const host = await runtime.host.info(signal);
    expect(host.os).toBe('linux');
    expect(host.cpus).toBeGreaterThan(0);
    expect(host.memoryBytes).toBeGreaterThan(64 * MIB);
    expect(host.disk?.capacityBytes).toBeGreaterThan(host.disk?.availableBytes ?? Infinity);
    expect([host.engineId, host.kernelVersion, host.osImage]).not.toContain('');
    const images = await runtime.host.images(signal);
    expect(images.flatMap(({ names }) => names)).toContain(world.busybox.reference);
  });
});
