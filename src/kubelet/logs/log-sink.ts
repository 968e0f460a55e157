import type { Logger } from '../../lib/logger.js';
import type { LogRecord } from '../../runtime/streams.js';
import { encodeRecord } from './cri-format.js';
import type { LogFile } from './log-file.js';
import type { LogProgress } from './log-progress.js';
import { addLoss, encodeLossMarker, type LogLoss } from './loss-marker.js';

/** Above this the engine's stream is not read on until the disk has caught up. */
const MAX_PENDING_BYTES = 1024 * 1024;

/**
 * Between the engine's stream and the file: gathers what arrives while a write is under way into the next write. A disk
 * that refuses does not stop the stream: what it would not take is counted, and a marker stands for it in the log as
 * soon as something can be written again.
 */
export class LogSink {
  readonly #file: LogFile;
  readonly #progress: LogProgress;
  readonly #logger: Logger;
  #pending: Buffer[] = [];
  /** The last one taken of each stream. */
  #taken = new Map<LogRecord['stream'], LogRecord>();
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #loss: LogLoss | undefined;

  constructor(file: LogFile, progress: LogProgress, logger: Logger) {
    this.#file = file;
    this.#progress = progress;
    this.#logger = logger;
  }

  /** Takes a record; a promise when the caller should wait before it brings the next one. Nothing here rejects. */
  put(record: LogRecord): Promise<void> | undefined {
    const encoded = encodeRecord(record);
    this.#pending.push(encoded);
    this.#taken.set(record.stream, record);
    this.#pendingBytes += encoded.length;
    this.#writing ??= this.#writeAll();
    return this.#pendingBytes >= MAX_PENDING_BYTES ? this.#writing : undefined;
  }

  /** Resolves when everything taken was written or counted as lost. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** As `settled`, and the marker of a loss is written too if the disk lets it: nothing more will come. */
  async flush(): Promise<void> {
    await this.settled();
    if (this.#loss !== undefined) await this.#writeOnce([]);
  }

  /** Whether records are missing that no marker stands for yet. */
  get loss(): LogLoss | undefined {
    return this.#loss;
  }

  /** The same records will be brought again: nothing of the present episode is lost. */
  forgetLoss(): void {
    this.#loss = undefined;
  }

  async #writeAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const [records, taken] = [this.#pending, this.#taken];
      this.#pending = [];
      this.#taken = new Map();
      this.#pendingBytes = 0;
      await this.#writeOnce(records);
      for (const record of taken.values()) this.#progress.advance(record);
    }
    this.#writing = undefined;
  }

  async #writeOnce(records: readonly Buffer[]): Promise<void> {
    const before = this.#loss;
    const batch = before === undefined ? records : [encodeLossMarker(before), ...records];
    const { stored, error } = await this.#file.append(batch);
    if (before !== undefined && stored > 0) {
      this.#loss = undefined;
      this.#logger.info({ ...before }, 'log is written again; a gap is marked');
    }
    if (stored === batch.length) return;
    const lost = records.slice(Math.max(0, stored - (batch.length - records.length)));
    const episodeGoesOn = this.#loss !== undefined;
    this.#loss = addLoss(this.#loss, lost, (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error');
    if (!episodeGoesOn) this.#logger.warn({ err: error }, 'log cannot be written; records are being lost');
  }
}
