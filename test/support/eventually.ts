import { systemClock } from '../../src/lib/clock.js';

/**
 * Longer than a busy engine is silent for, several times over; shorter than the minute after which an agent looks at a pod
 * although nothing has happened, so that what is waited for has come about by what did.
 */
const WITHIN_MS = 45_000;

/** Polls until `probe` returns something other than undefined or false, or throws naming the last thing seen. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = WITHIN_MS,
): Promise<T> {
  const deadline = systemClock.monotonic() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (systemClock.monotonic() >= deadline)
      throw new Error(`${what}: not within ${withinMs} ms; last: ${String(last)}`);
    await systemClock.sleep(50, AbortSignal.timeout(withinMs + 1_000));
  }
}
