import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.js';
import { decodeChannelFrame, encodeChannelFrame, type ChannelEncoding, type ChannelFrame } from './channel-frames.js';
import { Liveness } from './liveness.js';

/** How long a client that was told everything may take to hang up. */
const HANG_UP_MS = 5_000;
const NORMAL_CLOSURE = 1000;
/** Messages kept for the handler besides the one it is at. */
const MESSAGES_AHEAD = 2;

/** A WebSocket that carries several numbered channels. */
export class ChannelSocket {
  readonly #websocket: WebSocket;
  readonly #encoding: ChannelEncoding;
  readonly #clock: Clock;
  readonly #liveness: Liveness;
  readonly #messages: Duplex;
  readonly #over = new AbortController();

  /** To be made right after the handshake: messages have no listener before. */
  constructor(websocket: WebSocket, encoding: ChannelEncoding, clock: Clock) {
    this.#websocket = websocket;
    this.#messages = createWebSocketStream(websocket, {
      readableObjectMode: true,
      readableHighWaterMark: MESSAGES_AHEAD,
    });
    this.#encoding = encoding;
    this.#clock = clock;
    this.#liveness = new Liveness(clock);
    websocket.on('pong', () => this.#liveness.heard());
    websocket.on('error', () => undefined);
    // Also while a frame waits for its reader, and nothing is read.
    websocket.once('close', () => this.#over.abort(new Error('the client is gone')));
  }

  /** Aborts when the connection is gone. */
  get gone(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Hands over every frame, in order, each after the one before was dealt with; meanwhile the client waits. Resolves when
   * the connection has ended, whoever ended it and how.
   */
  async run(handle: (frame: ChannelFrame) => Promise<void>, signal: AbortSignal): Promise<void> {
    const giveUp = (): void => this.#websocket.terminate();
    signal.addEventListener('abort', giveUp, { once: true });
    this.#liveness.watch(() => this.#websocket.ping(), this.#over.signal).then(giveUp, () => undefined);
    try {
      signal.throwIfAborted();
      for await (const message of this.#messages as AsyncIterable<Buffer | string>) {
        this.#liveness.moved();
        const frame = decodeChannelFrame(message, this.#encoding);
        if (frame !== undefined) await this.#liveness.handling(handle(frame));
      }
    } catch {
      // How a connection broke is of no interest.
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.#over.abort(new Error('the client is gone'));
      this.#websocket.terminate();
    }
  }

  /** Resolves when the frame was handed to the kernel. Rejects when the client is gone. */
  async send(channel: number, payload: Buffer): Promise<void> {
    const message = encodeChannelFrame({ channel, payload }, this.#encoding);
    await new Promise<void>((resolve, reject) => {
      this.#websocket.send(message, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    this.#liveness.moved();
  }

  /** Closes in good order, and waits for the client to do the same, within limits. */
  async close(): Promise<void> {
    this.#websocket.close(NORMAL_CLOSURE);
    await this.#clock.sleep(HANG_UP_MS, this.#over.signal).catch(() => undefined);
    this.#websocket.terminate();
  }
}
