import { setMaxListeners } from 'node:events';

/** True when the promise ended because this signal aborted: not an error, nobody logs it. */
export const isAbort = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'));

/**
 * Why something is aborted that nobody waits for any more. A reason that `abort()` makes for itself carries a stack, for which a
 * request would pay several times.
 */
export const FINISHED: Error = Object.assign(new Error('it has ended'), { name: 'AbortError' });

/** Rejects with the signal's reason as soon as it aborts, whatever `promise` does. The promise itself is not stopped. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Should it fail, too: nobody else hears of it, and that would end the process.
  if (signal.aborted) promise.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/**
 * A controller that aborts when its owner's signal does, too, until it is released. Instead of `AbortSignal.any` wherever the
 * owner lives long: that leaves some bytes in the owner's signal each time (Node 20).
 */
export class LinkedAbort {
  readonly #controller = new AbortController();
  readonly #owner: AbortSignal;
  readonly #onAbort = (): void => this.#controller.abort(this.#owner.reason);

  constructor(owner: AbortSignal) {
    this.#owner = owner;
    // As many hang on one signal as there are pods, and each lets go of it.
    setMaxListeners(0, owner);
    if (owner.aborted) this.#onAbort();
    else owner.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown = FINISHED): void {
    this.release();
    this.#controller.abort(reason);
  }

  /** The owner is no longer heard. */
  release(): void {
    this.#owner.removeEventListener('abort', this.#onAbort);
  }
}
