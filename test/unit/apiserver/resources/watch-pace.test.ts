import { describe, expect, it } from '@jest/globals';
import { WatchPace } from '../../../../src/apiserver/resources/watch-pace.js';
import type { Clock } from '../../../../src/lib/clock.js';

/** Time passes only in sleeps, and as it is said to while watchers are told. */
class SlowMachine implements Clock {
  readonly slept: number[] = [];
  tellingMs = 0;
  #now = 0;

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.#now += ms === 0 ? this.tellingMs : ms;
    if (ms > 0) this.slept.push(ms);
  }
}

function paceFor(clock: Clock, watchers: number): WatchPace {
  const pace = new WatchPace(clock);
  for (let watcher = 0; watcher < watchers; watcher += 1) pace.join();
  return pace;
}

describe('watchers are told', () => {
  it.each([
    [1, []],
    [9, []],
    [100, [10]],
    [1_000, [100]],
    [5_000, [100]],
  ])('%d of them after %j ms', async (watchers, waits) => {
    const clock = new SlowMachine();
    await paceFor(clock, watchers).next();
    expect(clock.slept).toEqual(waits);
  });

  it('at once again when the others have gone', () => {
    const pace = new WatchPace(new SlowMachine());
    const leave = Array.from({ length: 40 }, () => pace.join());
    for (const one of leave.slice(1)) one();
    expect(pace.next()).toBeUndefined();
  });

  it('together', () => {
    const pace = paceFor(new SlowMachine(), 100);
    expect(pace.next()).toBe(pace.next());
  });

  it('no sooner than the last telling took, and after a second at most', async () => {
    const clock = new SlowMachine();
    const pace = paceFor(clock, 1_000);
    for (const ms of [20, 150, 9_000, 0]) {
      clock.tellingMs = ms;
      await pace.next();
      // Measured once all have been told.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await pace.next();
    expect(clock.slept).toEqual([100, 100, 150, 1_000, 100]);
  });
});
