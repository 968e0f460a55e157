import { setMaxListeners } from 'node:events';
import { abortable } from '../lib/abort.js';
import type { Clock } from '../lib/clock.js';
import { KubeletteError } from '../lib/errors.js';

/** Every short engine call gives up after this long. Source: kubelet runtime-request-timeout. */
export const CALL_DEADLINE_MS = 120_000;

/** How long a creation or start that is no longer wanted is waited for: about what a busy engine takes. */
export const SETTLE_MS = 2_000;

/**
 * Runs `work` with a signal that aborts with the caller's or after `withinMs`; then rejects at once, even when `work`
 * does not.
 *
 * @param what named in the error: `<what> did not answer within 120 s`
 * @throws `Unavailable` at the deadline; the caller's abort reason; whatever `work` throws
 */
export async function withDeadline<T>(
  what: string,
  withinMs: number,
  clock: Clock,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  // As many calls as there are containers hang on one signal, and each lets go of it.
  setMaxListeners(0, signal);
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const finished = new AbortController();
  void clock.sleep(withinMs, finished.signal).then(
    () => controller.abort(new KubeletteError('Unavailable', `${what} did not answer within ${withinMs / 1000} s`)),
    // Finished in time.
    () => undefined,
  );
  try {
    return await abortable(work(controller.signal), controller.signal);
  } catch (error) {
    // The HTTP client reports an abort as an error of its own; the reason is what the caller understands.
    if (controller.signal.aborted) throw controller.signal.reason as Error;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    finished.abort();
  }
}
