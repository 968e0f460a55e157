import type { TerminalSize } from './terminal-size.js';

/**
 * Sizes on their way from the client to the terminal, one at a time. Of those that have to wait, for the process or for
 * one another, the last two are kept: who attaches makes a full-screen program redraw by sending one size, then another.
 */
export class Resizes {
  #waiting: readonly TerminalSize[] = [];
  #apply: ((size: TerminalSize) => Promise<void>) | undefined;
  #busy = false;

  push(size: TerminalSize): void {
    this.#waiting = [...this.#waiting, size].slice(-2);
    void this.#work();
  }

  /** From now on there is a terminal. An error of `apply` is dropped: a size is worth no session. */
  start(apply: (size: TerminalSize) => Promise<void>): void {
    this.#apply = apply;
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#apply === undefined || this.#busy) return;
    this.#busy = true;
    for (;;) {
      const [size, ...rest] = this.#waiting;
      this.#waiting = rest;
      if (size === undefined) break;
      await this.#apply(size).catch(() => undefined);
    }
    this.#busy = false;
  }
}
