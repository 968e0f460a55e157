import { hostname } from 'node:os';
import { isAlive, ownIdentity, type ProcessIdentity } from './data-dir/process-identity.js';
import { connectEngine } from './docker/connect.js';
import { listKubeletteObjects, removeKubeletteObjects, type Inventory } from './docker/inventory.js';
import type { Clock } from './lib/clock.js';
import type { Logger } from './lib/logger.js';

/** The process an ephemeral agent's objects belong to, as one label value: where, which, and since when. */
export async function ownerText(): Promise<string> {
  const { bootId, pid, pidNamespace, startTime } = await ownIdentity();
  return [hostname(), bootId, pidNamespace, pid, startTime].join('/');
}

/**
 * @returns undefined for a text we did not write, and for a process of another machine that shares the engine: nobody
 * here can say whether it lives
 */
export function parseOwner(text: string): ProcessIdentity | undefined {
  const [host, bootId, pidNamespace, pid, startTime, ...rest] = text.split('/');
  if (host !== hostname() || bootId === undefined || pidNamespace === undefined) return undefined;
  if (startTime === undefined || rest.length > 0 || !/^\d+$/.test(pid ?? '')) return undefined;
  return { bootId, pidNamespace, pid: Number(pid), startTime };
}

/**
 * Removes what killed ephemeral agents (`kubelette run`, tests) left on the engine. Objects of a process that lives, or of
 * which nobody can tell, stay; so does everything of ordinary agents, which have no owner process.
 */
export async function sweepAbandoned(
  { clock, dockerHost, logger }: { clock: Clock; dockerHost?: string; logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const engine = await connectEngine(dockerHost, clock, signal);
  const inventory = await listKubeletteObjects(engine, {}, signal);
  const owners = new Set([...inventory.containers, ...inventory.volumes].map(({ owner }) => owner));
  const dead = new Set<string>();
  for (const owner of owners) {
    const identity = parseOwner(owner);
    if (identity !== undefined && (await isAlive(identity)) === false) dead.add(owner);
  }
  if (dead.size === 0) return;
  const abandoned: Inventory = {
    containers: inventory.containers.filter(({ owner }) => dead.has(owner)),
    volumes: inventory.volumes.filter(({ owner }) => dead.has(owner)),
    networks: [],
  };
  logger.info(
    { containers: abandoned.containers.length, volumes: abandoned.volumes.length },
    'removing what a killed run left behind',
  );
  await removeKubeletteObjects(engine, abandoned, signal);
}
