import type Docker from 'dockerode';
import { hasCode } from '../lib/errors.js';
import type { Engine } from './engine.js';

/**
 * One container by id or name, `undefined` when it is gone. Right after a death the engine answers late rather than
 * wrongly, unlike its listing (engine facts D3).
 */
export async function inspectContainer(
  engine: Engine,
  idOrName: string,
  signal: AbortSignal,
): Promise<Docker.ContainerInspectInfo | undefined> {
  try {
    return await engine.call<Docker.ContainerInspectInfo>(
      { method: 'GET', path: `/containers/${encodeURIComponent(idOrName)}/json` },
      signal,
    );
  } catch (error) {
    if (hasCode(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** Containers in any state that carry all of these labels (`name` or `name=value`). */
export async function listContainers(
  engine: Engine,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<readonly Docker.ContainerInfo[]> {
  return engine.call(
    { method: 'GET', path: '/containers/json', query: { all: true, filters: { label: labels } } },
    signal,
  );
}
