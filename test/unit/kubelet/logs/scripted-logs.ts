import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { Wake } from '../../../../src/lib/wake.js';
import { systemClock } from '../../../../src/lib/clock.js';
import { parseHeader } from '../../../../src/kubelet/logs/cri-format.js';
import type { ObservedContainer, PodIdentity } from '../../../../src/runtime/observed.js';
import type { LogRecord, RuntimeStreams } from '../../../../src/runtime/streams.js';

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

/** An engine's log that a test fills, breaks and ends. One container. */
export class ScriptedLogs implements Pick<RuntimeStreams, 'logs'> {
  readonly records: LogRecord[] = [];
  /** What was asked for, one entry per connection. */
  readonly since: (string | undefined)[] = [];
  /** Connections to come end so: after this many records, with this. */
  readonly failures: { after: number; error: Error }[] = [];
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

  async *logs(
    _id: string,
    options: { readonly since?: string; readonly follow: boolean },
    signal: AbortSignal,
  ): AsyncGenerator<LogRecord, void, undefined> {
    this.since.push(options.since);
    const failure = this.failures.shift();
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
          this.onRecord(next);
          given += 1;
          yield line;
        }
        if (failure !== undefined) throw failure.error;
        if (ended) return;
        await wake.wait(3_600_000, systemClock, signal);
      }
    } finally {
      this.#wakes.delete(wake);
    }
  }
}

/** All bytes of a log's files, oldest first, as records. */
export async function storedRecords(directory: string, attempt = 0): Promise<LogRecord[]> {
  const bytes = await storedBytes(directory, attempt);
  const records: LogRecord[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf('\n', start);
    if (end < 0) throw new Error(`torn record at ${String(start)}`);
    const header = parseHeader(bytes, start, end);
    if (header === undefined) throw new Error(`no CRI line: ${bytes.subarray(start, end).toString()}`);
    const { timestamp, stream, partial, contentStart } = header;
    records.push({ timestamp, stream, partial, line: bytes.subarray(contentStart, end) });
    start = end + 1;
  }
  return records;
}

export async function storedBytes(directory: string, attempt = 0): Promise<Buffer> {
  const current = `${String(attempt)}.log`;
  const names = (await readdir(directory)).filter((name) => name.startsWith(`${current}.`) && !name.endsWith('.tmp'));
  const rotated = names.filter((name) => !(name.endsWith('.gz') && names.includes(name.slice(0, -3)))).sort();
  const parts = await Promise.all(
    [...rotated, current].map(async (name) => {
      const bytes = await readFile(join(directory, name));
      return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    }),
  );
  return Buffer.concat(parts);
}

/** Comparable: bytes as latin1 text. */
export const plain = (records: readonly LogRecord[]): string[] =>
  records.map((line) => `${line.timestamp} ${line.stream} ${line.partial ? 'P' : 'F'} ${line.line.toString('latin1')}`);
