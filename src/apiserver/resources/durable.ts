import { errorMessage } from '../../lib/errors.js';
import type { Store } from '../../store/store.js';
import { StatusError } from '../http/status-error.js';

/**
 * Is there room for one more change? As long as earlier ones cannot be written there is not, and it is refused before it has any
 * effect. What deletes is let through: it may be what makes room.
 *
 * @throws StatusError 503
 */
export async function demandRoom(store: Store): Promise<void> {
  if (!store.failing) return;
  try {
    await store.flushed();
  } catch (error) {
    throw unavailable('nothing was changed, as earlier changes could not be written to disk', error);
  }
}

/**
 * Waits until all that was stored is on the disk: only then may a client be told that it was accepted.
 *
 * @throws StatusError 503 when the disk refuses: the change is in effect, but may be lost
 */
export async function durable(store: Store): Promise<void> {
  try {
    await store.flushed();
  } catch (error) {
    throw unavailable('the change is in effect, but could not be written to disk', error);
  }
}

const unavailable = (what: string, error: unknown): StatusError =>
  new StatusError(503, 'ServiceUnavailable', `${what}: ${errorMessage(error)}`);
