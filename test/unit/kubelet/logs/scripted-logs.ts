import { KubeletteError } from '../../../../src/lib/errors.js';
import { Wake } from '../../../../src/lib/wake.js';
import { systemClock } from '../../../../src/lib/clock.js';
import type { ObservedContainer, PodIdentity } from '../../../../src/runtime/observed.js';
import type { LogRecord, LogStreamOptions, RuntimeStreams } from '../../../../src/runtime/streams.js';

export const pod: PodIdentity = { uid: 'a1b2', namespace: 'default', name: 'web' };

export function container(change: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    id: 'c0ffee',
    name: 'app',
    kind: 'app',
    attempt: 0,
    specHash: 'x',
    state: 'running',
    paused: false,
    createdAt: 0,
    startedAt: 1,
    oomKilled: false,
    image: 'busybox',
    imageId: 'docker://sha256:0',
    backoffMs: 0,
    sandboxInstance: 's',
    pid: 1,
    ...change,
  };
}

/** The engine's time at `ns` nanoseconds after a fixed instant. */
export function at(ns: number): string {
  const seconds = new Date(Date.UTC(2026, 0, 1) + Math.floor(ns / 1e9) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(ns % 1e9).padStart(9, '0')}Z`;
}

export const record = (ns: number, text: string | Buffer, change: Partial<LogRecord> = {}): LogRecord => ({
  stream: 'stdout',
  timestamp: at(ns),
  line: Buffer.from(text),
  partial: false,
  ...change,
});

const never = async (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

/** An engine's log that a test fills, breaks and ends. One container. */
export class ScriptedLogs implements Pick<RuntimeStreams, 'logs'> {
  readonly records: LogRecord[] = [];
  /** What was asked for, one entry per connection. */
  readonly since: (string | undefined)[] = [];
  /** Connections to come end so: after this many records, with this. */
  readonly failures: { after: number; error: Error }[] = [];
  /** How many connections to come stay open and bring no more than so many records. */
  readonly stalls: number[] = [];
  /** Called before a record is handed out. */
  onRecord: (index: number) => void = () => undefined;
  #ended = false;
  readonly #wakes = new Set<Wake>();

  push(...records: LogRecord[]): void {
    this.records.push(...records);
    for (const wake of this.#wakes) wake.set();
  }

  end(): void {
    this.#ended = true;
    for (const wake of this.#wakes) wake.set();
  }

  failNext(after: number, error: Error = new KubeletteError('Unavailable', 'engine is gone')): void {
    this.failures.push({ after, error });
  }

  async *logs(_id: string, options: LogStreamOptions, signal: AbortSignal): AsyncGenerator<LogRecord, void, undefined> {
    if (options.tail !== undefined) {
      yield* this.records.slice(-options.tail);
      return;
    }
    this.since.push(options.since);
    const failure = this.failures.shift();
    const stall = this.stalls.shift();
    const wake = new Wake();
    this.#wakes.add(wake);
    let given = 0;
    try {
      for (let next = 0; ;) {
        const ended = this.#ended || !options.follow;
        for (; next < this.records.length; next += 1) {
          signal.throwIfAborted();
          const line = this.records[next];
          if (line === undefined || (options.since !== undefined && line.timestamp < options.since)) continue;
          if (failure !== undefined && given >= failure.after) throw failure.error;
          if (given === stall) await never(signal);
          this.onRecord(next);
          given += 1;
          yield line;
        }
        if (failure !== undefined) throw failure.error;
        if (stall !== undefined) await never(signal);
        if (ended) return;
        await wake.wait(3_600_000, systemClock, signal);
      }
    } finally {
      this.#wakes.delete(wake);
    }
  }
}
