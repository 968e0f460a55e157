import { SETTLE_MS } from './deadline.js';
import type { Engine } from './engine.js';

/**
 * Starts it; running already is success. When the start fails the container stays, with the reason in its state.
 *
 * @throws `Invalid` with the engine's words when the command cannot be run; `NotFound` when it is gone
 */
export async function startContainer(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  await engine.call({ method: 'POST', path: `/containers/${id}/start`, settleMs: SETTLE_MS }, signal);
}
