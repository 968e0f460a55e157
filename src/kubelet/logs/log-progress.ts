import type { Clock } from '../../lib/clock.js';
import { Wake } from '../../lib/wake.js';
import type { LogRecord, RuntimeStreams } from '../../runtime/streams.js';

/** A waiter looks by itself this often, should nobody have woken it. */
const SAFETY_POLL_MS = 1_000;

type Place = Pick<LogRecord, 'stream' | 'timestamp'>;

/**
 * How far one log is stored, for those who wait for more of it. Counted per stream: stdout and stderr overtake each other by
 * microseconds, but each by itself runs forwards.
 */
export class LogProgress {
  readonly #newest = { stdout: '', stderr: '' };
  readonly #waiting = new Set<Wake>();
  #ended = false;

  /** Everything of this stream up to this record is stored, or is lost and will not come. */
  advance({ stream, timestamp }: Place): void {
    // Fixed-width UTC text sorts as time.
    if (timestamp <= this.#newest[stream]) return;
    this.#newest[stream] = timestamp;
    for (const wake of this.#waiting) wake.set();
  }

  /** Nothing more will be stored: nobody waits for it any longer. */
  end(): void {
    this.#ended = true;
    for (const wake of this.#waiting) wake.set();
  }

  /** Differs whenever something has come in between. */
  get mark(): string {
    return `${this.#newest.stdout} ${this.#newest.stderr}`;
  }

  has({ stream, timestamp }: Place): boolean {
    return this.#newest[stream] >= timestamp;
  }

  /** Resolves once this record is stored, or will not be; rejects on abort. Nothing stays behind of who has waited. */
  async reached(record: Place, clock: Clock, signal: AbortSignal): Promise<void> {
    const wake = new Wake();
    this.#waiting.add(wake);
    try {
      while (!this.#ended && !this.has(record)) await wake.wait(SAFETY_POLL_MS, clock, signal);
    } finally {
      this.#waiting.delete(wake);
    }
  }
}

/** The newest record the engine has of this container; undefined when it has none. Throws as `logs` does. */
export async function newestRecord(
  streams: Pick<RuntimeStreams, 'logs'>,
  containerId: string,
  signal: AbortSignal,
): Promise<LogRecord | undefined> {
  let newest: LogRecord | undefined;
  for await (const record of streams.logs(containerId, { tail: 1, follow: false }, signal)) newest = record;
  return newest;
}
