import { hasCode } from '../lib/errors.js';
import { CALL_DEADLINE_MS } from './deadline.js';
import type { Engine } from './engine.js';

/** Stop signal, then SIGKILL after `graceSeconds`. Returns when it is dead; stopped or gone already is success. */
export async function stopContainer(
  engine: Engine,
  id: string,
  graceSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  // The engine takes a negative number for "wait for ever" and refuses fractions.
  const t = Math.max(0, Math.ceil(graceSeconds));
  try {
    await engine.call(
      { method: 'POST', path: `/containers/${id}/stop`, query: { t }, withinMs: t * 1_000 + CALL_DEADLINE_MS },
      signal,
    );
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error;
  }
}
