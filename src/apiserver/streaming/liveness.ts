import type { Clock } from '../../lib/clock.js';

/** Also keeps routers between here and the client from forgetting the connection. */
const PING_PERIOD_MS = 30_000;
/** Long enough for a client that was suspended, or that looks at the connection only now and then (Python's). */
const SILENCE_LIMIT_MS = 15 * 60_000;
/** Nothing was moved for so long. Source: kubelet streamingConnectionIdleTimeout. */
const IDLE_LIMIT_MS = 4 * 60 * 60_000;

/** Notices when the client of a connection has died without saying so, or has forgotten it. */
export class Liveness {
  readonly #clock: Clock;
  #heardAt: number;
  #movedAt: number;
  #handling = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardAt = this.#movedAt = clock.monotonic();
  }

  /** The client said something, if only that it is there. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /** Bytes went one way or the other. */
  moved(): void {
    this.#movedAt = this.#clock.monotonic();
  }

  /** While something the client sent waits for its reader nothing more is read, so silence says nothing. */
  async handling(work: Promise<void>): Promise<void> {
    this.#handling += 1;
    try {
      await work;
    } finally {
      this.#handling -= 1;
      this.heard();
    }
  }

  /** Sends a ping now and then. Resolves with the reason when the connection should be given up. */
  async watch(ping: () => void, signal: AbortSignal): Promise<string> {
    for (;;) {
      await this.#clock.sleep(PING_PERIOD_MS, signal);
      const now = this.#clock.monotonic();
      if (now - this.#movedAt >= IDLE_LIMIT_MS) return 'nothing was sent for hours';
      if (this.#handling === 0 && now - this.#heardAt >= SILENCE_LIMIT_MS) return 'the client does not answer';
      ping();
    }
  }
}
