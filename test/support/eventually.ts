import { systemClock } from '../../src/lib/clock.js';

/** Polls until `probe` returns something other than undefined or false, or throws naming the last thing seen. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 15_000,
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
