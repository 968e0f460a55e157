import { LinkedAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { KubeletteError, hasCode } from '../../lib/errors.js';

/** The time is measured in pieces, so that one in which this process did not get to run can be told. */
const PIECE_MS = 250;
/** A timer that is late by less says nothing. */
const LATE_MS = 50;

/** Does something whose time is nobody's: none of it is taken from what is granted. */
export type Uncounted = <T>(work: () => Promise<T>) => Promise<T>;

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
  work: (bounded: AbortSignal, uncounted: Uncounted) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const bounded = new LinkedAbort(signal);
  const finished = new AbortController();
  const spared = new Spared(clock);
  sleepAwake(ms, clock, spared, finished.signal).then(
    () => bounded.abort(new KubeletteError('Timeout', 'context deadline exceeded')),
    // Finished in time.
    () => undefined,
  );
  try {
    return await work(bounded.signal, async (other) => spared.during(other));
  } finally {
    bounded.release();
    finished.abort();
  }
}

/** Time that does not count. */
class Spared {
  readonly #clock: Clock;
  #going = 0;
  #ms = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isGoing(): boolean {
    return this.#going > 0;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    const began = this.#clock.monotonic();
    this.#going += 1;
    try {
      return await work();
    } finally {
      this.#going -= 1;
      this.#ms += this.#clock.monotonic() - began;
    }
  }

  /** What was spared since it was taken last, ms. */
  take(): number {
    const ms = this.#ms;
    this.#ms = 0;
    return ms;
  }
}

async function sleepAwake(ms: number, clock: Clock, spared: Spared, signal: AbortSignal): Promise<void> {
  let left = ms;
  let grantable = ms;
  while (left > 0 || spared.isGoing) {
    const piece = left > 0 ? Math.min(left, PIECE_MS) : PIECE_MS;
    const before = clock.monotonic();
    await clock.sleep(piece, signal);
    const late = clock.monotonic() - before - piece;
    const granted = late > LATE_MS ? Math.min(late, grantable) : 0;
    grantable -= granted;
    left += granted - piece + spared.take();
  }
}
