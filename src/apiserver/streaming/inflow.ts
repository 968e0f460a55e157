import { Readable } from 'node:stream';

/**
 * What one sender delivers to one reader, holding some 64 KiB. Who delivers waits for the reader, so the client is held
 * up in the end; nobody waits for a reader that has given up (`destroy()`).
 */
export class Inflow extends Readable {
  #resume: (() => void) | undefined;
  #ended = false;

  constructor() {
    super({ highWaterMark: 64 * 1024 });
    // Who reads sees it by reading; nobody need be reading.
    this.on('error', () => undefined);
  }

  /** Resolves when more may come. What comes after the end, or for nobody, is dropped. */
  async deliver(bytes: Buffer): Promise<void> {
    if (this.#ended || this.destroyed || bytes.length === 0 || this.push(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  /** The end of the stream, after what was delivered. */
  end(): void {
    if (!this.#ended && !this.destroyed) this.push(null);
    this.#ended = true;
  }

  override _read(): void {
    this.#release();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#release();
    done(error);
  }

  #release(): void {
    this.#resume?.();
    this.#resume = undefined;
  }
}
