import type Docker from 'dockerode';
import { hasCode } from '../lib/errors.js';
import type { Engine } from './engine.js';
import { LABEL } from './labels.js';
import { NETWORK_NAME } from './names.js';

/**
 * The pods' network: inspected, or created when it is not there (never was, or somebody removed it). Shared by all
 * agents of the engine. Of two by that name, left by an agent that was killed while it made its own, the older one stays.
 */
export async function ensureNetwork(engine: Engine, signal: AbortSignal): Promise<Docker.NetworkInspectInfo> {
  const found = await networksOfTheName(engine, signal);
  return found.length > 0 ? keepOldest(engine, found, signal) : createNetwork(engine, signal);
}

/** `undefined` when there is none. */
export async function findNetwork(engine: Engine, signal: AbortSignal): Promise<Docker.NetworkInspectInfo | undefined> {
  const [oldest] = await networksOfTheName(engine, signal);
  return oldest;
}

async function createNetwork(engine: Engine, signal: AbortSignal): Promise<Docker.NetworkInspectInfo> {
  try {
    await engine.call(
      {
        method: 'POST',
        path: '/networks/create',
        body: {
          Name: NETWORK_NAME,
          Driver: 'bridge',
          CheckDuplicate: true,
          Labels: { [LABEL.role]: 'network' },
        },
      },
      signal,
    );
  } catch (error) {
    // Another agent was faster.
    if (!hasCode(error, 'Conflict')) throw error;
  }
  // Also of those that others have made meanwhile.
  return ensureNetwork(engine, signal);
}

/** The oldest first. */
async function networksOfTheName(engine: Engine, signal: AbortSignal): Promise<readonly Docker.NetworkInspectInfo[]> {
  const networks = await engine.call<readonly Docker.NetworkInspectInfo[]>(
    // The filter is a regular expression on the name.
    { method: 'GET', path: '/networks', query: { filters: { name: [`^${NETWORK_NAME}$`] } } },
    signal,
  );
  return networks
    .filter(({ Name }) => Name === NETWORK_NAME)
    .sort((a, b) => a.Created.localeCompare(b.Created) || a.Id.localeCompare(b.Id));
}

/** Duplicate names are checked "best effort": of two creations at once both may succeed, and then neither is usable. */
async function keepOldest(
  engine: Engine,
  [oldest, ...others]: readonly Docker.NetworkInspectInfo[],
  signal: AbortSignal,
): Promise<Docker.NetworkInspectInfo> {
  for (const { Id } of others) {
    try {
      await engine.call({ method: 'DELETE', path: `/networks/${Id}` }, signal);
    } catch (error) {
      // The agent that made it does the same.
      if (!hasCode(error, 'NotFound')) throw error;
    }
  }
  return oldest ?? createNetwork(engine, signal);
}
