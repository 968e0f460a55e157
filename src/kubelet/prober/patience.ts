import { LinkedAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { KubeletteError, hasCode } from '../../lib/errors.js';

/** The time is measured in pieces, so that one in which this process did not get to run can be told. */
const PIECE_MS = 250;
/** A timer that is late by less says nothing. */
const LATE_MS = 50;

/** Did `withPatience` give up? */
export const isTimeout = (error: unknown): boolean => hasCode(error, 'Timeout');

/**
 * Gives `work` so many milliseconds in which this process could have heard its answer: what its own event loop lost
 * meanwhile is granted again, up to the same time once more. A busy agent is not the container's fault.
 *
 * @param work has to end when its signal aborts, with the reason of that (see `isTimeout`) or what it makes of it
 */
export async function withPatience<T>(
  ms: number,
  clock: Clock,
  signal: AbortSignal,
  work: (bounded: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const bounded = new LinkedAbort(signal);
  const finished = new AbortController();
  sleepAwake(ms, clock, finished.signal).then(
    () => bounded.abort(new KubeletteError('Timeout', 'context deadline exceeded')),
    // Finished in time.
    () => undefined,
  );
  try {
    return await work(bounded.signal);
  } finally {
    bounded.release();
    finished.abort();
  }
}

async function sleepAwake(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  let left = ms;
  let grantable = ms;
  while (left > 0) {
    const piece = Math.min(left, PIECE_MS);
    const before = clock.monotonic();
    await clock.sleep(piece, signal);
    const late = clock.monotonic() - before - piece;
    const granted = late > LATE_MS ? Math.min(late, grantable) : 0;
    grantable -= granted;
    left += granted - piece;
  }
}
