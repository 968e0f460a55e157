import type { Clock } from '../../lib/clock.js';

/** So many watchers let each of them wait a millisecond ... */
const WATCHERS_PER_MS = 10;
/** ... up to this long, which nobody notices. */
const LONGEST_MS = 100;
/** A machine that is too slow for its watchers makes them wait longer, but not longer than this. */
const LONGEST_WHEN_SLOW_MS = 1_000;

/** So short that nobody needs to end it. */
const unending = new AbortController().signal;

/**
 * How often watchers are told: a few at once, many a little later, all of them at the same time and with everything that has
 * happened meanwhile. Each telling costs a write and an encryption for each watcher, whether it tells of one change or of
 * ten: a thousand watchers and a hundred changes a second would be a hundred thousand. And never more than half of the time
 * goes into it: whoever changes something waits for his answer in the other half.
 */
export class WatchPace {
  readonly #clock: Clock;
  #watchers = 0;
  #next: Promise<void> | undefined;
  /** How long the last telling took. */
  #tookMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One more is there. @returns to be called when it has gone */
  join(): () => void {
    this.#watchers += 1;
    return () => void (this.#watchers -= 1);
  }

  /** Resolves when it is time to tell; undefined when that is now. */
  next(): Promise<void> | undefined {
    const ms = Math.min(LONGEST_MS, Math.floor(this.#watchers / WATCHERS_PER_MS));
    return ms === 0 ? undefined : (this.#next ??= this.#after(Math.max(ms, this.#tookMs)));
  }

  async #after(ms: number): Promise<void> {
    await this.#clock.sleep(ms, unending);
    this.#next = undefined;
    void this.#measure();
  }

  /** All watchers go on in the same turn of the event loop; a timer comes after it. */
  async #measure(): Promise<void> {
    const began = this.#clock.monotonic();
    await this.#clock.sleep(0, unending);
    this.#tookMs = Math.min(LONGEST_WHEN_SLOW_MS, this.#clock.monotonic() - began);
  }
}
