import type { Clock } from '../../lib/clock.js';

/** So many watchers let each of them wait a millisecond ... */
const WATCHERS_PER_MS = 20;
/** ... up to this long, which nobody notices. */
const LONGEST_MS = 50;

/**
 * How often watchers are told: a few at once, many a little later, all of them at the same time and with everything that has
 * happened meanwhile. Each telling costs a write and an encryption for each watcher, whether it tells of one change or of
 * ten: a thousand watchers and a hundred changes a second would be a hundred thousand.
 */
export class WatchPace {
  readonly #clock: Clock;
  #watchers = 0;
  #next: Promise<void> | undefined;

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
    if (ms === 0) return undefined;
    // So short that nobody needs to end it.
    return (this.#next ??= this.#clock.sleep(ms, new AbortController().signal).then(() => {
      this.#next = undefined;
    }));
  }
}
