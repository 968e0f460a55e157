import type Docker from 'dockerode';
import { hasCode } from '../lib/errors.js';
import type { Engine } from './engine.js';
import { LABEL } from './labels.js';
import { NETWORK_NAME } from './names.js';

/**
 * The pods' network: inspected, or created when it is not there (never was, or somebody removed it). Shared by all
 * agents of the engine.
 */
export async function ensureNetwork(engine: Engine, signal: AbortSignal): Promise<Docker.NetworkInspectInfo> {
  const found = await findNetwork(engine, signal);
  if (found !== undefined) return found;
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
  return keepOldest(engine, signal);
}

/** `undefined` when there is none. */
export async function findNetwork(engine: Engine, signal: AbortSignal): Promise<Docker.NetworkInspectInfo | undefined> {
  const networks = await engine.call<readonly Docker.NetworkInspectInfo[]>(
    // The filter is a regular expression on the name.
    { method: 'GET', path: '/networks', query: { filters: { name: [`^${NETWORK_NAME}$`] } } },
    signal,
  );
  return networks.find(({ Name }) => Name === NETWORK_NAME);
}

/** Duplicate names are checked "best effort": of two creations at once both may succeed, and then neither is usable. */
async function keepOldest(engine: Engine, signal: AbortSignal): Promise<Docker.NetworkInspectInfo> {
  const networks = await engine.call<readonly Docker.NetworkInspectInfo[]>(
    { method: 'GET', path: '/networks', query: { filters: { name: [`^${NETWORK_NAME}$`] } } },
    signal,
  );
  const [oldest, ...others] = networks
    .filter(({ Name }) => Name === NETWORK_NAME)
    .sort((a, b) => a.Created.localeCompare(b.Created) || a.Id.localeCompare(b.Id));
  for (const other of others) {
    await engine.call({ method: 'DELETE', path: `/networks/${other.Id}` }, signal);
  }
  return oldest ?? ensureNetwork(engine, signal);
}
