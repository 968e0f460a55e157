import type { ResourceSettings } from '../runtime/resource-settings.js';
import type { Engine } from './engine.js';
import { resourceOptions } from './host-config.js';

/**
 * Changes CPU and memory of a container in place. What is not named stays as it is.
 *
 * @throws `Invalid` or `Conflict` with the engine's words, as for less memory than is in use; `NotFound` when it is gone
 */
export async function updateContainer(
  engine: Engine,
  id: string,
  resources: ResourceSettings,
  signal: AbortSignal,
): Promise<void> {
  await engine.call({ method: 'POST', path: `/containers/${id}/update`, body: resourceOptions(resources) }, signal);
}
