import type { KubeObject } from '../api/schema/meta.js';
import { isAbort } from '../lib/abort.js';
import type { Clock } from '../lib/clock.js';
import { errorMessage, KubeletteError } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { Wake } from '../lib/wake.js';
import { encodeBatch, encodeSnapshot, type JournalEntry } from './journal-format.js';

/** After a failed write the next attempt comes this much later, doubling up to the maximum, or at once when someone waits. */
export const RETRY_INITIAL_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** The file is written anew when it has grown by this much and by `GROWTH_FACTOR` times what it began with. */
export const GROWTH_BYTES = 16 * 2 ** 20;
const GROWTH_FACTOR = 4;

/** What the journal needs of an open file; a `FileHandle` is one. */
export interface JournalFile {
  appendFile(text: string): Promise<void>;
  datasync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface JournalOptions {
  /** For messages. */
  readonly path: string;
  readonly epoch: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** All objects worth keeping, and the revision they are of. */
  readonly snapshot: () => { readonly revision: number; readonly objects: readonly KubeObject[] };
  /** Puts a new file with this content in place, atomically and durably, and leaves it open for appending. */
  readonly replace: (content: string) => Promise<JournalFile>;
}

interface Waiter {
  readonly change: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes changes down: in order, batches of them with one fsync each. A write that fails loses nothing, because the store
 * still has everything: the next attempt writes a whole new file. Going on with the old one would be wrong, as after a failed
 * fsync nobody knows what it holds, and a queue of changes would grow without bound on a full disk.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #wake = new Wake();
  readonly #stop = new AbortController();
  #waiters: Waiter[] = [];
  /** Not yet written; kept only while there is a file, or one in the making, that lacks them. */
  #entries: JournalEntry[] = [];
  #collecting = false;
  /** Number of changes handed over, and how many of them are durable. */
  #appended = 0;
  #durable = 0;
  #file: JournalFile | undefined;
  #batch = 0;
  #snapshotBytes = 0;
  #appendedBytes = 0;
  #failing = false;
  #closing = false;
  #running = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Begins a new file with what there is. Resolves after the first attempt; a disk that refuses is logged and retried. */
  async begin(): Promise<void> {
    this.#appended += 1;
    await this.flushed().catch(() => undefined);
  }

  get failing(): boolean {
    return this.#failing;
  }

  /** Hands over one change; it is written soon. */
  append(entry: JournalEntry): void {
    this.#appended += 1;
    if (this.#collecting) this.#entries.push(entry);
    this.#run();
  }

  /** Resolves when all changes up to now are durable. @throws Unavailable when the next attempt to make them so failed */
  flushed(): Promise<void> {
    if (this.#durable === this.#appended) return Promise.resolve();
    if (this.#stop.signal.aborted)
      return Promise.reject(new KubeletteError('Unavailable', `write ${this.#options.path}: the store is closed`));
    return new Promise<void>((resolve, reject) => {
      this.#waiters.push({ change: this.#appended, resolve, reject });
      this.#wake.set();
      this.#run();
    });
  }

  /** Writes what is left, in one attempt, and closes the file. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.flushed().catch(() => undefined);
    this.#stop.abort();
    await this.#loop;
    await this.#closeFile();
  }

  #run(): void {
    if (this.#running || this.#stop.signal.aborted) return;
    this.#running = true;
    this.#loop = this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    const { signal } = this.#stop;
    let retryMs = RETRY_INITIAL_MS;
    try {
      // One turn later: changes made together are written together.
      await Promise.resolve();
      while (this.#durable < this.#appended) {
        if (await this.#attempt()) {
          retryMs = RETRY_INITIAL_MS;
        } else {
          if (this.#closing && this.#waiters.length === 0) return;
          await this.#wake.wait(retryMs, this.#options.clock, signal);
          retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
        }
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    } finally {
      // In the same turn as the check above: a change handed over from now on starts a new loop.
      this.#running = false;
    }
  }

  async #attempt(): Promise<boolean> {
    const change = this.#appended;
    const waiting = this.#waiters.length;
    try {
      await this.#write();
    } catch (error) {
      await this.#fail(error, waiting);
      return false;
    }
    this.#durable = change;
    if (this.#failing) this.#options.logger.info({ path: this.#options.path }, 'objects are stored again');
    this.#failing = false;
    const satisfied = this.#waiters.filter((waiter) => waiter.change <= change);
    this.#waiters = this.#waiters.filter((waiter) => waiter.change > change);
    for (const waiter of satisfied) waiter.resolve();
    return true;
  }

  async #write(): Promise<void> {
    const grown = this.#appendedBytes > GROWTH_BYTES + GROWTH_FACTOR * this.#snapshotBytes;
    if (this.#file === undefined || grown) {
      await this.#rewrite();
      return;
    }
    this.#batch += 1;
    const text = encodeBatch(this.#batch, this.#entries);
    this.#entries = [];
    await this.#file.appendFile(text);
    await this.#file.datasync();
    this.#appendedBytes += Buffer.byteLength(text);
  }

  async #rewrite(): Promise<void> {
    const { revision, objects } = this.#options.snapshot();
    const text = encodeSnapshot(this.#options.epoch, revision, objects);
    this.#entries = [];
    this.#collecting = true;
    await this.#closeFile();
    this.#file = await this.#options.replace(text);
    this.#batch = 0;
    this.#appendedBytes = 0;
    this.#snapshotBytes = Buffer.byteLength(text);
  }

  async #fail(cause: unknown, waiting: number): Promise<void> {
    const { path, logger } = this.#options;
    this.#collecting = false;
    this.#entries = [];
    // What a failed write left at the end may be all the room there was for the new file.
    await this.#file?.truncate(this.#snapshotBytes + this.#appendedBytes).catch(() => undefined);
    await this.#closeFile();
    const error = new KubeletteError('Unavailable', `write ${path}: ${errorMessage(cause)}`, { cause });
    if (!this.#failing) logger.error({ path, err: error }, 'objects cannot be stored; kept in memory and tried again');
    this.#failing = true;
    for (const waiter of this.#waiters.splice(0, waiting)) waiter.reject(error);
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    // What mattered was the fsync; a close that fails has closed all the same.
    await file?.close().catch(() => undefined);
  }
}
