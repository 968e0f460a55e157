import { abortable } from '../lib/abort.js';
import type { Clock } from '../lib/clock.js';
import { KubeletteError } from '../lib/errors.js';
import type { WaitOptions } from './wait-options.js';

/** A wait with an end. */
export interface Deadline {
  /** For the message: `pod default/web was not ready`. */
  readonly what: string;
  readonly defaultTimeoutMs: number;
  readonly clock: Clock;
  /** Ends the wait when what is waited for goes away. */
  readonly lifetime: AbortSignal;
  /** What a person wants to know when time ran out. */
  lastSeen(): Promise<string>;
}

/**
 * Runs `work` until it is done, the time is over or a signal aborts.
 * @throws KubeletteError `Timeout` that says what was last seen; the signal's reason when it aborts
 */
export async function withDeadline<T>(
  deadline: Deadline,
  options: WaitOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const expired = new AbortController();
  const signals = [deadline.lifetime, over.signal, expired.signal];
  const signal = AbortSignal.any(options.signal ? [...signals, options.signal] : signals);
  const timeoutMs = options.timeoutMs ?? (options.signal ? undefined : deadline.defaultTimeoutMs);
  if (timeoutMs !== undefined) {
    void deadline.clock.sleep(timeoutMs, over.signal).then(
      () => expired.abort(),
      () => undefined, // The work was quicker.
    );
  }
  try {
    return await abortable(work(signal), signal);
  } catch (error) {
    if (!expired.signal.aborted || error !== signal.reason) throw error;
    const message = `${deadline.what} within ${timeoutMs ?? 0} ms; last seen: ${await deadline.lastSeen()}`;
    throw new KubeletteError('Timeout', message, { details: { timeoutMs } });
  } finally {
    over.abort();
  }
}
