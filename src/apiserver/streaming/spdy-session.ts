import type { Duplex } from 'node:stream';
import type { Clock } from '../../lib/clock.js';
import { writeTo } from './copy.js';
import { Liveness } from './liveness.js';
import {
  pingFrame,
  RESET,
  resetFrame,
  SpdyError,
  SpdyFrameParser,
  synReplyFrame,
  type SpdyFrame,
} from './spdy-frames.js';
import { SpdyHeaderCodec } from './spdy-headers.js';
import { SpdyStream } from './spdy-stream.js';

/** Open at one time on one connection; a forwarded connection takes two. */
const MAX_STREAMS = 512;
/** How long a client that was told everything may take to hang up. */
const HANG_UP_MS = 5_000;

export interface SpdySessionOptions {
  /** The bytes of both directions: a socket, or a WebSocket's messages. */
  readonly transport: Duplex;
  readonly clock: Clock;
  /** Called in the order the streams were opened. */
  readonly onStream: (stream: SpdyStream) => void;
}

/**
 * The server's end of one SPDY/3.1 connection, as Kubernetes' clients need it: frames are handled strictly in order, and
 * TCP is the only flow control. Windows are not kept: these clients never open theirs, so a sender that obeyed would stop
 * after 64 KiB. One stream that is not read holds up the others; that is the price, and kubelets pay it too.
 */
export class SpdySession {
  readonly #transport: Duplex;
  readonly #options: SpdySessionOptions;
  readonly #parser = new SpdyFrameParser();
  readonly #codec = new SpdyHeaderCodec();
  readonly #liveness: Liveness;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #over = new AbortController();
  #lastStream = 0;
  #lastPing = 0;
  #closing = false;

  constructor(options: SpdySessionOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#liveness = new Liveness(options.clock);
    this.#transport.on('error', () => undefined);
    // Also while a frame waits for its reader, and nothing is read.
    this.#transport.once('close', () => this.#over.abort(new Error('the client is gone')));
  }

  /** Aborts when the connection is gone. */
  get gone(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Reads until the connection ends, whoever ends it.
   * @throws SpdyError when the client breaks the protocol
   */
  async run(signal: AbortSignal): Promise<void> {
    const giveUp = (): void => void this.#transport.destroy();
    signal.addEventListener('abort', giveUp, { once: true });
    this.#liveness.watch(() => this.#ping(), this.#over.signal).then(giveUp, () => undefined);
    try {
      signal.throwIfAborted();
      for await (const chunk of this.#transport as AsyncIterable<Buffer>) {
        for (const frame of this.#parser.push(chunk)) await this.#liveness.handling(this.#receive(frame));
      }
    } catch (error) {
      // How a connection broke is of no interest: its streams see that it did.
      if (error instanceof SpdyError) throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.#over.abort(new Error('the client is gone'));
      for (const stream of [...this.#streams.values()]) stream.drop();
      this.#codec.close();
      this.#transport.destroy();
    }
  }

  /** Hangs up once everything is written. What the client still sends is dropped until it hangs up too. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const stream of this.#streams.values()) stream.input.destroy();
    this.#transport.end();
    await this.#options.clock.sleep(HANG_UP_MS, this.#over.signal).catch(() => undefined);
    this.#transport.destroy();
  }

  async #receive(frame: SpdyFrame): Promise<void> {
    switch (frame.kind) {
      case 'synStream':
        return this.#open(frame);
      case 'data': {
        this.#liveness.moved();
        const stream = this.#streams.get(frame.stream);
        // Of a stream that has ended: the client could not know yet.
        if (stream === undefined) return;
        await stream.input.deliver(frame.payload);
        if (frame.fin) stream.endInput();
        return;
      }
      case 'synReply':
      case 'headers':
        await this.#codec.decode(frame.headerBlock);
        if (frame.fin) this.#streams.get(frame.stream)?.endInput();
        return;
      case 'reset':
        this.#streams.get(frame.stream)?.drop();
        return;
      case 'ping':
        // Even ones are answers to ours.
        if (frame.id % 2 === 1) await this.#send(pingFrame(frame.id));
        return;
      case 'goAway':
      case 'ignored':
        return;
    }
  }

  async #open({ stream: id, headerBlock, fin }: Extract<SpdyFrame, { kind: 'synStream' }>): Promise<void> {
    // First of all: the next block cannot be read without this one.
    const headers = await this.#codec.decode(headerBlock);
    if (id % 2 === 0 || id <= this.#lastStream) throw new SpdyError(`stream ${id} cannot be opened`);
    this.#lastStream = id;
    if (this.#streams.size >= MAX_STREAMS || this.#closing) {
      await this.#send(resetFrame(id, RESET.refusedStream));
      return;
    }
    const stream = new SpdyStream(
      id,
      headers,
      (frame) => this.#sendData(frame),
      () => this.#streams.delete(id),
    );
    this.#streams.set(id, stream);
    await this.#send(synReplyFrame(id, await this.#codec.encode(new Map())));
    if (fin) stream.endInput();
    this.#options.onStream(stream);
  }

  #ping(): void {
    this.#lastPing += 2;
    void this.#send(pingFrame(this.#lastPing)).catch(() => undefined);
  }

  async #sendData(frame: Buffer): Promise<void> {
    await this.#send(frame);
    this.#liveness.moved();
  }

  async #send(frame: Buffer): Promise<void> {
    await writeTo(this.#transport, frame);
  }
}
