import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/lib/clock.js';

const { signal } = new AbortController();

describe('the system clock', () => {
  it('tells the time of day and a time that only grows', () => {
    const before = Date.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  });

  it('sleeps, and not at all for less than nothing', async () => {
    const start = systemClock.monotonic();
    await systemClock.sleep(5, signal);
    expect(systemClock.monotonic() - start).toBeGreaterThanOrEqual(4);
    await systemClock.sleep(-1, signal);
  });

  it('rejects with the reason when the sleep is aborted, before or during', async () => {
    const reason = new Error('enough');
    await expect(systemClock.sleep(1_000_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const stop = new AbortController();
    const sleep = systemClock.sleep(1_000_000, stop.signal);
    stop.abort(reason);
    await expect(sleep).rejects.toBe(reason);
  });

  it('sleeps longer than timers can count', async () => {
    const stop = new AbortController();
    const sleep = systemClock.sleep(2 ** 31, stop.signal);
    // A timer that overflows fires after 1 ms.
    await systemClock.sleep(5, signal);
    stop.abort(new Error('still asleep'));
    await expect(sleep).rejects.toThrow('still asleep');
  });
});
