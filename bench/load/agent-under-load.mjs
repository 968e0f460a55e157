import { openAgent } from '../agent-process.mjs';
import { resetPeak } from '../process-usage.mjs';
import { containerOf, podOf, until } from '../support.mjs';
import { openApi, PODS } from './api.mjs';
import { livingIn } from './inspector.mjs';
import { engineObjects, podFiles } from './leftovers.mjs';

/** Runs the work with an agent and its API, and takes both away. */
export async function withAgent(work, flags = []) {
  const agent = await openAgent({ name: 'load', flags });
  let api;
  try {
    await agent.start();
    api = await openApi(agent);
    await until('the default namespace', () => api.get('/api/v1/namespaces/default').catch(() => false));
    return await work(agent, api);
  } finally {
    api?.close();
    await agent.close();
  }
}

/** A container that ends as soon as it is told to. */
export const waits = (name) => containerOf(name, 'trap "exit 0" TERM; sleep 100000 & wait');

/** With a grace: who is deleted without one is gone from the API before it is gone. */
export const loadPod = (name, containers, more = {}) =>
  podOf(name, { terminationGracePeriodSeconds: 30, containers, ...more });

export async function createPods(api, pods) {
  await Promise.all(pods.map((pod) => api.create(PODS, pod)));
}

export const podsOf = (count, prefix, container = waits('app')) =>
  Array.from({ length: count }, (_, index) => loadPod(`${prefix}-${index}`, [container]));

/** Resolves when all pods are ready. @throws with those that are not */
export async function allReady(api, count, withinMs = 300_000) {
  const ready = ({ status }) => status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  await until(
    `${count} pods are ready`,
    async () => {
      const { items } = await api.get(PODS);
      return items.filter(ready).length === count;
    },
    withinMs,
    100,
  );
}

/** Deletes all pods, each with its own grace, and waits until none is there. */
export async function deletePods(api, withinMs = 300_000) {
  const { items } = await api.get(PODS);
  await Promise.all(items.map(({ metadata }) => api.remove(`${PODS}/${metadata.name}`)));
  await until('all pods are gone', async () => (await api.get(PODS)).items.length === 0, withinMs, 100);
}

/** What is left of pods that are gone: names on the engine and files. Files are cleared away a moment later. */
export async function leftOver(agent, withinMs = 120_000) {
  let left = [];
  const nothing = async () => {
    left = [...(await engineObjects(agent)), ...(await podFiles(agent))];
    return left.length === 0;
  };
  await until('nothing is left', nothing, withinMs, 250).catch(() => undefined);
  return left;
}

/** What the agent used meanwhile. */
export async function measured(agent, work) {
  await resetPeak(agent.pid);
  const before = await agent.usage();
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1_000;
  const after = await agent.usage();
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return { result, seconds, cpuSeconds, percent: (100 * cpuSeconds) / seconds, before, after };
}

/**
 * What readers cost that have not read so far, in MB of heap and buffers, and what was wrong when they read at last.
 *
 * @param silent how many they are
 * @param allThere resolves when everybody who reads has everything
 */
export async function costOfSilent(agent, clients, silent, allThere) {
  const during = await livingIn(agent);
  const { descriptors } = await agent.usage();
  await clients.call('readAtLast');
  await allThere();
  const wrong = await clients.call('closeLate');
  await until('they are gone', async () => (await agent.usage()).descriptors <= descriptors - silent, 30_000, 50);
  const after = await livingIn(agent);
  return { megabytes: during.heap + during.buffers - after.heap - after.buffers, resident: during.resident, wrong };
}
