import { FINISHED } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import type { Store } from '../../store/store.js';

/** So many watchers let a millisecond pass from one telling to the next ... */
const WATCHERS_PER_MS = 10;
/** ... up to this long, which nobody notices. */
const LONGEST_MS = 100;
/** Of that, after some quiet: so that a telling has all of a moment. */
const GATHERING_SHARE = 0.1;
/** So many are told in one turn of the event loop: whoever changes something waits for his answer a few turns, not a telling. */
const WATCHERS_PER_TURN = 100;

/** Of one watcher among the others. */
export interface WatchPlace {
  /**
   * Resolves when something has changed after this version and it is time to tell it, or when woken; at once when the signal
   * has aborted.
   * @returns the version up to which it is told now, as all who are told in the same turn; when woken, the one it knows
   */
  readonly next: (position: string, signal: AbortSignal) => Promise<string>;
  readonly wake: () => void;
  readonly leave: () => void;
}

interface Waiting {
  /** The version it knows. */
  readonly position: string;
  /** Monotonic ms of its last telling. */
  readonly toldAt: number;
  readonly tell: (until: string, now: number) => void;
}

/**
 * When watchers are told: a few at once, many a little later, each as long after its own last time. A telling costs a write
 * and an encryption, whether it is of one change or of ten: a thousand watchers and a hundred changes a second would be a hundred
 * thousand. Those who were told in one turn have their next one together, of the same changes; the turns are spread over the time between, so
 * that nobody waits for all the others. A machine that is slow tells less often, and more each time.
 */
export class WatchPace {
  readonly #clock: Clock;
  readonly #store: Pick<Store, 'revision' | 'changed'>;
  /** For waits that nobody needs to end: they are short. */
  readonly #unending = new AbortController().signal;
  /** Whoever has waited longest is the first. */
  readonly #waiting = new Set<Waiting>();
  #watchers = 0;
  #running = false;
  /** Somebody waits who does not know everything. */
  #notice = (): void => undefined;

  constructor(clock: Clock, store: Pick<Store, 'revision' | 'changed'>) {
    this.#clock = clock;
    this.#store = store;
  }

  /** One more is there. */
  join(): WatchPlace {
    this.#watchers += 1;
    let toldAt = -Infinity;
    let wake = (): void => undefined;
    return {
      next: (position, signal) => {
        if (signal.aborted) return Promise.resolve(position);
        return new Promise((resolve) => {
          const end = (until: string): void => {
            this.#waiting.delete(waiting);
            resolve(until);
          };
          const tell = (until: string, now: number): void => {
            toldAt = now;
            end(until);
          };
          const waiting: Waiting = { position, toldAt, tell };
          wake = () => end(position);
          this.#waiting.add(waiting);
          if (position !== this.#latest) this.#notice();
          void this.#run();
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

  get #periodMs(): number {
    return Math.min(LONGEST_MS, Math.floor(this.#watchers / WATCHERS_PER_MS));
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#waiting.size > 0) {
      const latest = this.#latest;
      const behind = [...this.#waiting].filter(({ position }) => position !== latest);
      if (behind.length === 0) {
        await this.#change(latest);
        await this.#pause(this.#periodMs * GATHERING_SHARE);
        continue;
      }
      const now = this.#clock.monotonic();
      const latestTold = now - this.#periodMs;
      const due = behind.filter(({ toldAt }) => toldAt <= latestTold);
      for (const { tell } of due.slice(0, WATCHERS_PER_TURN)) tell(latest, now);
      if (due.length > WATCHERS_PER_TURN) await this.#clock.sleep(0, this.#unending);
      else if (due.length === 0) await this.#pause(Math.min(...behind.map(({ toldAt }) => toldAt)) - latestTold);
    }
    this.#running = false;
  }

  /** After this version, or for somebody who does not even know that. */
  async #change(version: string): Promise<void> {
    const heard = new AbortController();
    this.#notice = () => heard.abort(FINISHED);
    await this.#store.changed(version, heard.signal);
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await this.#clock.sleep(Math.ceil(ms), this.#unending);
  }
}
