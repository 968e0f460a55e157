import { errorMessage } from '../../lib/errors.js';
import type { Store } from '../../store/store.js';
import { StatusError } from '../http/status-error.js';

/**
 * Waits until all that was stored is on the disk: only then may a client be told that it was accepted.
 *
 * @throws StatusError 503 when the disk refuses: the change is in effect, but may be lost
 */
export async function durable(store: Store): Promise<void> {
  try {
    await store.flushed();
  } catch (error) {
    throw new StatusError(
      503,
      'ServiceUnavailable',
      `the change is in effect, but could not be written to disk: ${errorMessage(error)}`,
    );
  }
}
