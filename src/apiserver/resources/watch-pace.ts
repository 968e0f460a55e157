import type { Clock } from '../../lib/clock.js';
import type { Store } from '../../store/store.js';

/** So many watchers let a millisecond pass from one telling to the next ... */
const WATCHERS_PER_MS = 10;
/** ... up to this long, which nobody notices. */
const LONGEST_MS = 100;
/** Of that, however long ago the last one was: so that a telling has all of a moment. */
const GATHERING_SHARE = 0.1;
/** So many are told in one turn of the event loop: whoever changes something waits for his answer a few turns, not a telling. */
const WATCHERS_PER_TURN = 100;

/** Of one watcher among the others. */
export interface WatchPlace {
  /**
   * Resolves when something has changed after this version and it is time to tell it, or when woken; at once when the signal
   * has aborted.
   * @returns the version up to which it is told now, all who are told the same one; when woken, the one it knows
   */
  readonly next: (position: string, signal: AbortSignal) => Promise<string>;
  readonly wake: () => void;
  readonly leave: () => void;
}

/**
 * When watchers are told: a few at once, many a little later, all of them of the same changes. Each telling costs a write
 * and an encryption for each watcher, whether it tells of one change or of ten: a thousand watchers and a hundred changes a
 * second would be a hundred thousand. A machine that is slow tells less often, and more each time.
 */
export class WatchPace {
  readonly #clock: Clock;
  readonly #store: Pick<Store, 'revision' | 'changed'>;
  /** For waits that nobody needs to end: short ones, and one that all share. */
  readonly #unending = new AbortController().signal;
  /** What resumes those who wait, and what they know already. */
  readonly #waiting = new Map<(until: string) => void, string>();
  #watchers = 0;
  #listening = false;
  #telling = false;
  #began = -Infinity;

  constructor(clock: Clock, store: Pick<Store, 'revision' | 'changed'>) {
    this.#clock = clock;
    this.#store = store;
  }

  /** One more is there. */
  join(): WatchPlace {
    this.#watchers += 1;
    let wake = (): void => undefined;
    return {
      next: (position, signal) => {
        if (signal.aborted) return Promise.resolve(position);
        return new Promise((resolve) => {
          const resume = (until: string): void => {
            this.#waiting.delete(resume);
            resolve(until);
          };
          wake = () => resume(position);
          this.#waiting.set(resume, position);
          if (position === this.#latest) void this.#listen();
          else void this.#tell();
        });
      },
      wake: () => wake(),
      leave: () => {
        this.#watchers -= 1;
      },
    };
  }

  get #latest(): string {
    return String(this.#store.revision);
  }

  /** For all who know everything. */
  async #listen(): Promise<void> {
    if (this.#listening) return;
    this.#listening = true;
    await this.#store.changed(this.#latest, this.#unending);
    this.#listening = false;
    await this.#tell();
  }

  async #tell(): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    const pauseMs = this.#pauseMs();
    if (pauseMs > 0) await this.#clock.sleep(pauseMs, this.#unending);
    this.#began = this.#clock.monotonic();
    const until = this.#latest;
    const left = this.#behind(until);
    while (left.length > 0) {
      for (const resume of left.splice(0, WATCHERS_PER_TURN)) resume(until);
      if (left.length > 0) await this.#clock.sleep(0, this.#unending);
    }
    this.#telling = false;
    if (this.#behind(this.#latest).length > 0) void this.#tell();
    else if (this.#waiting.size > 0) void this.#listen();
  }

  #behind(version: string): ((until: string) => void)[] {
    return [...this.#waiting].filter(([, position]) => position !== version).map(([resume]) => resume);
  }

  #pauseMs(): number {
    const ms = Math.min(LONGEST_MS, Math.floor(this.#watchers / WATCHERS_PER_MS));
    return Math.max(ms * GATHERING_SHARE, ms - (this.#clock.monotonic() - this.#began));
  }
}
