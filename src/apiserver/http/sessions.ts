import type { Duplex } from 'node:stream';
import { StatusError } from './status-error.js';

/** Everything of one server that is under way, so that it can be limited and ended. */
export class Sessions {
  readonly #requests = new Set<AbortController>();
  readonly #sockets = new Set<Duplex>();
  readonly #maxStreams: number;
  #streams = 0;
  #stopping = false;

  constructor(maxStreams: number) {
    this.#maxStreams = maxStreams;
  }

  /** Why signals abort when the server stops. */
  readonly stopped: StatusError = new StatusError(503, 'ServiceUnavailable', 'the server is stopping');

  /** The signal of one request, and what to call when the request is over. */
  begin(): { readonly controller: AbortController; readonly end: () => void } {
    const controller = new AbortController();
    if (this.#stopping) controller.abort(this.stopped);
    this.#requests.add(controller);
    return {
      controller,
      end: () => {
        this.#requests.delete(controller);
        controller.abort(CLIENT_GONE);
      },
    };
  }

  /** Takes a place among the streams. @returns gives it back @throws StatusError 429 when there is none */
  openStream(): () => void {
    if (this.#streams >= this.#maxStreams)
      throw new StatusError(429, 'TooManyRequests', `more than ${this.#maxStreams} open streams`);
    this.#streams += 1;
    let open = true;
    return () => {
      if (open) this.#streams -= 1;
      open = false;
    };
  }

  /** Sockets that are no longer the HTTP server's. */
  keepSocket(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  stop(): void {
    this.#stopping = true;
    for (const controller of this.#requests) controller.abort(this.stopped);
  }

  destroySockets(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  get stopping(): boolean {
    return this.#stopping;
  }
}

/** One for all: each would carry a stack that nobody reads. */
const CLIENT_GONE = new DOMException('the client is gone', 'AbortError');
