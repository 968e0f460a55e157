import type { Clock } from '../lib/clock.js';

/**
 * Runs `work` with a signal that aborts only `ms` after the caller's, and then rejects with the caller's reason whatever
 * came of it. For calls that the engine carries out although nobody waits for them any more: who leaves early would not
 * know what there is a moment later.
 */
export async function withLateAbort<T>(
  signal: AbortSignal,
  ms: number,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const late = new AbortController();
  const finished = new AbortController();
  const onAbort = (): void => {
    void clock.sleep(ms, finished.signal).then(
      () => late.abort(signal.reason),
      // Finished in time.
      () => undefined,
    );
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work(late.signal);
  } finally {
    signal.removeEventListener('abort', onAbort);
    finished.abort();
    signal.throwIfAborted();
  }
}
