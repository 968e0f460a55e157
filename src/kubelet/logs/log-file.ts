import { constants } from 'node:fs';
import { type FileHandle, mkdir, open as openFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import type { LogChannel } from './log-channel.js';
import { type LogCursor, recoverCursor } from './log-cursor.js';
import { handleSource, lastLineEnd } from './log-source.js';
import { compressRotated, listRotated, nextStamp, pruneRotated } from './rotated-files.js';

/** Opens a file for reading and writing; a test passes one that fails. */
export type OpenLogFile = (path: string, flags: number, mode: number) => Promise<FileHandle>;

export interface LogFileOptions {
  readonly path: string;
  /** The file is rotated before it would grow beyond this; one record that is larger stands alone. */
  readonly maxBytes: number;
  /** The current file and the rotated ones together; at least 2. */
  readonly maxFiles: number;
  readonly channel: LogChannel;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly open?: OpenLogFile;
  /** Runs compressions one after the other, over all files. */
  readonly background: (task: () => Promise<void>) => Promise<void>;
  /** Ends compressions. */
  readonly signal: AbortSignal;
}

/** How far an append came: the first `stored` records are in the file, whole, and no byte of the others. */
export interface AppendResult {
  readonly stored: number;
  readonly error?: unknown;
}

/** The file of one container instance, for its one writer. Records go in whole or not at all. */
export class LogFile {
  readonly #options: LogFileOptions;
  #handle: FileHandle | undefined;
  /** Bytes of whole records. */
  #size = 0;
  /** A failed write left bytes behind `#size`. */
  #torn = false;
  #rotationRefused = false;
  #compression: Promise<void> = Promise.resolve();

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** Creates the file, or opens it and cuts a record that a crash left half written. */
  async open(): Promise<void> {
    await mkdir(dirname(this.#options.path), { recursive: true, mode: 0o755 });
    await this.#opened();
  }

  /** Opens the file and says where to resume. */
  async recover(): Promise<LogCursor> {
    const { path, maxFiles } = this.#options;
    await this.open();
    const rotated = [...(await listRotated(path))].reverse();
    if (this.#size === 0 && rotated[0]?.compressed === false) await this.#cut(rotated[0].path);
    const cursor = await recoverCursor([path, ...rotated.map((file) => file.path)], rotated.length + 1 < maxFiles);
    if (rotated.length > 0) this.#compressInBackground();
    return cursor;
  }

  /** Adds encoded records, in as few writes as rotation allows. Never rejects. */
  async append(records: readonly Buffer[]): Promise<AppendResult> {
    let stored = 0;
    try {
      while (stored < records.length) {
        const handle = await this.#opened();
        let end = this.#fitting(records, stored);
        if (end === stored) {
          if (await this.#rotated(handle)) continue;
          end = records.length;
        }
        const run = records.slice(stored, end);
        const { written, error } = await this.#write(handle, run);
        stored += written;
        if (written < run.length) return { stored, error };
      }
      return { stored };
    } catch (error) {
      return { stored, error };
    }
  }

  /** Waits for compressions too; abort the signal first to end them. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    try {
      await handle?.close();
    } finally {
      await this.#compression;
    }
  }

  /** The file, open and cut to whole records. */
  async #opened(): Promise<FileHandle> {
    if (this.#handle === undefined) {
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
      const handle = await (this.#options.open ?? openFile)(this.#options.path, flags, 0o640);
      try {
        const { size } = await handle.stat();
        this.#size = await lastLineEnd(handleSource(handle), size);
        this.#torn = this.#size < size;
      } catch (error) {
        await handle.close();
        throw error;
      }
      this.#handle = handle;
    }
    if (this.#torn) {
      await this.#handle.truncate(this.#size);
      this.#torn = false;
    }
    return this.#handle;
  }

  /** Index behind the last record from `start` on that still fits. */
  #fitting(records: readonly Buffer[], start: number): number {
    let size = this.#size;
    let end = start;
    for (; end < records.length; end += 1) {
      size += records[end]?.length ?? 0;
      if (size > this.#options.maxBytes && size !== records[end]?.length) break;
    }
    return end;
  }

  /** Writes the records as one piece; after an error, counts those that made it whole. */
  async #write(handle: FileHandle, records: readonly Buffer[]): Promise<{ written: number; error?: unknown }> {
    const bytes = records.length === 1 && records[0] !== undefined ? records[0] : Buffer.concat(records);
    let done = 0;
    try {
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, this.#size + done);
        if (bytesWritten === 0) throw Object.assign(new Error('write made no progress'), { code: 'EIO' });
        done += bytesWritten;
      }
      this.#size += done;
      return { written: records.length };
    } catch (error) {
      this.#torn = true;
      let written = 0;
      for (let whole = records[0]?.length ?? 0; whole <= done && written < records.length;) {
        this.#size += records[written]?.length ?? 0;
        written += 1;
        whole += records[written]?.length ?? 0;
      }
      return { written, error };
    } finally {
      this.#options.channel.notify();
    }
  }

  /** Renames the full file away. False when that fails: a file that grows too large beats a lost record. */
  async #rotated(handle: FileHandle): Promise<boolean> {
    const { path, maxFiles, clock, channel, logger } = this.#options;
    try {
      await pruneRotated(path, maxFiles - 2);
      const newest = (await listRotated(path)).at(-1);
      const target = `${path}.${nextStamp(clock.now(), newest?.stamp)}`;
      await rename(path, target);
      // Before the next file exists: readers tell the two apart by this.
      channel.rotated(target);
    } catch (error) {
      if (!this.#rotationRefused) logger.warn({ path, err: error }, 'log file cannot be rotated');
      this.#rotationRefused = true;
      return false;
    }
    this.#rotationRefused = false;
    this.#handle = undefined;
    this.#size = 0;
    await handle.close();
    this.#compressInBackground();
    return true;
  }

  #compressInBackground(): void {
    const { path, signal, background, logger } = this.#options;
    this.#compression = Promise.all([this.#compression, background(() => compressRotated(path, signal))]).then(
      () => undefined,
      (error: unknown) => {
        if (!signal.aborted) logger.warn({ path, err: error }, 'rotated log files cannot be compressed');
      },
    );
  }

  /** A power cut may have torn the file before this one too. Only cosmetic: every reader stops at the last newline. */
  async #cut(path: string): Promise<void> {
    try {
      const handle = await openFile(path, constants.O_RDWR | constants.O_NOFOLLOW);
      try {
        const { size } = await handle.stat();
        const whole = await lastLineEnd(handleSource(handle), size);
        if (whole < size) await handle.truncate(whole);
      } finally {
        await handle.close();
      }
    } catch (error) {
      this.#options.logger.debug({ path, err: error }, 'rotated log file cannot be repaired');
    }
  }
}
