import type { Clock } from '../../src/lib/clock.js';

interface Sleeper {
  readonly until: number;
  readonly resume: () => void;
}

/** A clock that moves only when told to. Sleepers wake in order of their time. */
export class FakeClock implements Clock {
  #now: number;
  /** Of the wall clock, which somebody set. */
  #step = 0;
  #sleepers: Sleeper[] = [];

  constructor(now = Date.parse('2026-01-01T00:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#step;
  }

  /** Somebody sets the wall clock. */
  step(ms: number): void {
    this.#step += ms;
  }

  monotonic(): number {
    return this.#now;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (ms <= 0) return;
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason as Error);
      };
      const sleeper: Sleeper = {
        until: this.#now + ms,
        resume: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** How many are asleep, and until when the first one is. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Moves on by `ms`, waking everyone whose time has come, and lets what they started run. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#sleepers.filter((sleeper) => sleeper.until <= end).sort((a, b) => a.until - b.until)[0];
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.until);
      next.resume();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets every promise that can settle do so. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
