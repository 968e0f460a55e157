import { LinkedAbort } from '../lib/abort.js';
import type { Clock } from '../lib/clock.js';
import { KubeletteError } from '../lib/errors.js';

/** Looks whether a pull still moves, and says so with its signal when it does not. */
export class PullWatch {
  readonly #controller: LinkedAbort;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #reference: string;
  #movedAt: number;
  #last = '';

  /** @param signal of whoever wants the image */
  constructor(reference: string, deadlineMs: number, clock: Clock, signal: AbortSignal) {
    this.#controller = new LinkedAbort(signal);
    this.#reference = reference;
    this.#deadlineMs = deadlineMs;
    this.#clock = clock;
    this.#movedAt = clock.monotonic();
    void this.#run();
  }

  /** Aborts with `Timeout` when nothing moved for so long, with the caller's signal, and when the watch ends. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  moved(progress: string): void {
    this.#movedAt = this.#clock.monotonic();
    this.#last = progress;
  }

  end(): void {
    this.#controller.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#controller;
    while (!signal.aborted) {
      const leftMs = this.#movedAt + this.#deadlineMs - this.#clock.monotonic();
      if (leftMs > 0) {
        // Ended: that is what is wanted.
        await this.#clock.sleep(leftMs, signal).catch(() => undefined);
      } else {
        this.#controller.abort(this.#stalled());
      }
    }
  }

  #stalled(): KubeletteError {
    const last = this.#last === '' ? '' : ` (${this.#last})`;
    const text = `pull of image "${this.#reference}" made no progress for ${this.#deadlineMs / 1000} s and was given up${last}`;
    return new KubeletteError('Timeout', text);
  }
}
