import { LinkedAbort } from './abort.js';
import type { Clock } from './clock.js';

/** Wakes one waiting loop. Many `set()` calls before the loop looks are one wake-up. */
export class Wake {
  #pending = false;
  #resume: (() => void) | undefined;

  set(): void {
    this.#pending = true;
    this.#resume?.();
  }

  /** Returns when set, when `ms` have passed, or rejects on abort; then the flag is clear again. */
  async wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const timer = new LinkedAbort(signal);
    try {
      if (!this.#pending) {
        const woken = new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
        await Promise.race([woken, clock.sleep(ms, timer.signal)]);
      }
      signal.throwIfAborted();
    } finally {
      this.#resume = undefined;
      this.#pending = false;
      timer.abort();
    }
  }
}
