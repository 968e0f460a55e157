import type { Clock } from './clock.js';
import { abortable, LinkedAbort } from './abort.js';

/**
 * Waits for `promise`, but no longer than `ms`; it is not stopped then. Rejects as it does, or as soon as `signal`
 * aborts.
 *
 * @returns whether it has settled in time
 */
export async function atMost(
  ms: number,
  promise: Promise<unknown>,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const settled = new LinkedAbort(signal);
  try {
    const inTime = promise.then(() => true);
    const tooLate = clock.sleep(ms, settled.signal).then(() => false);
    return await abortable(Promise.race([inTime, tooLate]), signal);
  } finally {
    settled.abort();
  }
}
