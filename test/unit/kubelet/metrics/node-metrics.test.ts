import { describe, expect, it } from '@jest/globals';
import { nodeMetrics, type NodeMetricsOptions } from '../../../../src/kubelet/metrics/node-metrics.js';
import type { ObservedPod } from '../../../../src/runtime/observed.js';
import { MemoryStore } from '../../../../src/store/memory-store.js';
import { anInstance, aPod, ended, observedPod, T0 } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { aSample } from '../../../support/samples.js';

const { signal } = new AbortController();

function setUp(changes: Partial<NodeMetricsOptions> = {}) {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock, historyLimit: 10, revision: 0, objects: [] });
  const pods: ObservedPod[] = [
    observedPod([anInstance('app'), anInstance('done', ended(0))]),
    { ...observedPod([anInstance('app', { id: 'other' })]), uid: 'uid-2', namespace: 'kube', name: 'other' },
    { ...observedPod([anInstance('app', { id: 'orphan' })]), uid: 'uid-3', name: 'orphan' },
  ];
  store.create(aPod());
  store.create(aPod({}, { metadata: { uid: 'uid-2', namespace: 'kube', name: 'other' } }));
  const asked: string[] = [];
  const source = nodeMetrics({
    store,
    nodeName: 'here',
    observedPods: async () => Promise.resolve(pods),
    sample: async (id) => {
      asked.push(id);
      return Promise.resolve(aSample(clock.now() - T0, (clock.now() - T0) / 10));
    },
    clock,
    ...changes,
  });
  const wait = async <T>(promise: Promise<T>): Promise<T> => {
    await clock.advance(1_000);
    return promise;
  };
  return { asked, clock, source, store, wait };
}

describe('the metrics of the node', () => {
  it('are those of running containers of pods that are wanted', async () => {
    const { source, wait } = setUp();
    const pods = await wait(source.pods(undefined, signal));
    expect(pods.map(({ containers, metadata: { name, namespace } }) => ({ name, namespace, containers }))).toEqual([
      { name: 'web', namespace: 'default', containers: [{ name: 'app', usage: { cpu: '100m', memory: '20Mi' } }] },
      { name: 'other', namespace: 'kube', containers: [{ name: 'app', usage: { cpu: '100m', memory: '20Mi' } }] },
    ]);
  });

  it('of one namespace ask for nothing else', async () => {
    const { asked, source, wait } = setUp();
    const pods = await wait(source.pods('kube', signal));
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['other']);
    expect(new Set(asked)).toEqual(new Set(['other']));
  });

  it('are the machine where it is ours, and no container is asked', async () => {
    const clock = new FakeClock();
    const machine = () => aSample(clock.now() - T0, (clock.now() - T0) / 2);
    const { asked, source } = setUp({ clock, machine });
    const metrics = source.node(signal);
    await clock.advance(1_000);
    expect((await metrics)?.usage).toEqual({ cpu: '500m', memory: '20Mi' });
    expect(asked).toEqual([]);
  });

  it('are the sum of all containers where it is not', async () => {
    const { source, wait } = setUp();
    expect(await wait(source.node(signal))).toMatchObject({
      metadata: { name: 'here' },
      usage: { cpu: '300m', memory: '60Mi' },
    });
  });

  it('are nothing while nothing runs on another machine', async () => {
    const { source } = setUp({ observedPods: async () => Promise.resolve([]) });
    expect(await source.node(signal)).toBe(undefined);
    expect(await source.pods(undefined, signal)).toEqual([]);
  });

  it('are summed up with the node in the summary', async () => {
    const { source, wait } = setUp();
    const { node, pods } = await wait(source.summary(signal));
    expect(node).toMatchObject({ nodeName: 'here', cpu: { usageNanoCores: 300_000_000 } });
    expect(pods.map(({ podRef }) => podRef.name)).toEqual(['web', 'other', 'orphan']);
  });
});
