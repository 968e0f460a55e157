import { connectEngine } from '../../src/docker/connect.js';
import { listKubeletteObjects, removeKubeletteObjects } from '../../src/docker/inventory.js';
import { systemClock } from '../../src/lib/clock.js';

const open = new AbortController().signal;

/** Names of what a node has on the engine: containers by pod and name, volumes by name. */
export async function leftovers(nodeName: string, dockerHost?: string): Promise<string[]> {
  const engine = await connectEngine(dockerHost, systemClock, open);
  const { containers, volumes } = await listKubeletteObjects(engine, { nodeName }, open);
  return [
    ...containers.map(({ pod, container }) => `${pod?.name ?? ''}/${container}`),
    ...volumes.map(({ name }) => name),
  ].sort();
}

/** Removes it all, without grace, but for the network: other nodes use it. For `afterAll`, also of tests whose processes were killed. */
export async function removeLeftovers(nodeName: string): Promise<void> {
  const engine = await connectEngine(undefined, systemClock, open);
  const inventory = await listKubeletteObjects(engine, { nodeName }, open);
  await removeKubeletteObjects(engine, { ...inventory, networks: [] }, open);
}

/** Container ids of a node by `pod/container`. */
export async function containerIds(nodeName: string): Promise<ReadonlyMap<string, string>> {
  const engine = await connectEngine(undefined, systemClock, open);
  const { containers } = await listKubeletteObjects(engine, { nodeName }, open);
  return new Map(containers.map(({ pod, container, id }) => [`${pod?.name ?? ''}/${container}`, id]));
}
