import { dataFrame, RESET, resetFrame } from './spdy-frames.js';
import type { SpdyHeaders } from './spdy-headers.js';
import { Inflow } from './inflow.js';

/** One stream of a connection, opened by the client. Each direction ends on its own. */
export class SpdyStream {
  readonly id: number;
  readonly headers: SpdyHeaders;
  /** What the client sends. Has to be read or destroyed, or the whole connection waits. */
  readonly input = new Inflow();
  readonly #send: (frame: Buffer) => Promise<void>;
  readonly #onClosed: () => void;
  #inputEnded = false;
  #outputEnded = false;

  /** @param send passes a frame on; @param onClosed once, when both directions have ended or the stream was reset */
  constructor(id: number, headers: SpdyHeaders, send: (frame: Buffer) => Promise<void>, onClosed: () => void) {
    this.id = id;
    this.headers = headers;
    this.#send = send;
    this.#onClosed = onClosed;
  }

  /** Resolves when the bytes were handed to the connection; does nothing when this direction has ended. */
  async write(bytes: Buffer): Promise<void> {
    if (!this.#outputEnded) await this.#send(dataFrame(this.id, bytes, false));
  }

  /** Ends the direction to the client, after what was written. */
  async end(): Promise<void> {
    if (this.#outputEnded) return;
    this.#endOutput();
    await this.#send(dataFrame(this.id, Buffer.alloc(0), true));
  }

  /** Gives the stream up in both directions and says so. */
  async reset(): Promise<void> {
    if (this.#inputEnded && this.#outputEnded) return;
    this.drop();
    await this.#send(resetFrame(this.id, RESET.cancel));
  }

  /** The client has ended its direction. */
  endInput(): void {
    this.input.end();
    this.#inputEnded = true;
    if (this.#outputEnded) this.#onClosed();
  }

  /** The stream is over: the client reset it, or the connection is gone. */
  drop(): void {
    this.#inputEnded = this.#outputEnded = true;
    this.input.destroy(new Error('the stream was reset'));
    this.#onClosed();
  }

  #endOutput(): void {
    this.#outputEnded = true;
    if (this.#inputEnded) this.#onClosed();
  }
}
