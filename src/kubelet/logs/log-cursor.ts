import { parseHeader } from './cri-format.js';
import { isLossMarker } from './loss-marker.js';
import { lastLineEnd, openRotated, scanBackwards } from './log-source.js';

/** stdout and stderr are written by two threads of the engine: neighbours may be out of order, by far less than this. */
const REORDERED_SECONDS = 1;
/** How much of the log's end is looked at. Matters only for output of more than 4 MB/s. */
const MAX_SCANNED_BYTES = 8 * 1024 * 1024;

/**
 * Where to resume: ask the engine for everything from `since` on (inclusive), and of the records it gives skip, for each
 * timestamp, as many as are stored already. Pieces of one long line share a timestamp, hence the count.
 */
export interface LogCursor {
  /** The engine's text; absent when nothing is stored. */
  readonly since?: string;
  readonly stored: ReadonlyMap<string, number>;
}

/**
 * Reads the cursor from the end of what was stored: there is no other record of it that could disagree.
 *
 * It starts a second before the last stored record, not at it: records arrive slightly out of order, so one that is
 * still to come may be older than the last one stored.
 *
 * @param paths files of the log, newest first
 * @param complete false when older files were deleted, so that the oldest timestamp found may be counted short
 */
export async function recoverCursor(paths: readonly string[], complete: boolean): Promise<LogCursor> {
  const scan = new CursorScan();
  let readable = true;
  for (const [age, path] of paths.entries()) {
    try {
      await scanFile(path, scan);
    } catch (error) {
      // Without an older file the cursor is nearly as good; without the current one nothing can be written either.
      if (age === 0) throw error;
      readable = false;
    }
    if (scan.done) return scan.cursor(true);
  }
  return scan.cursor(complete && readable);
}

async function scanFile(path: string, scan: CursorScan): Promise<void> {
  const source = await openRotated(path);
  if (source === undefined) return;
  try {
    await scanBackwards(source, await lastLineEnd(source, await source.size()), (line) => scan.visit(line));
  } finally {
    await source.close();
  }
}

/** Counts records per timestamp, from the last one backwards, until it has seen enough. */
class CursorScan {
  readonly #counts = new Map<string, number>();
  #scannedBytes = 0;
  #since: string | undefined;
  #floor = '';
  #oldest = '';
  #halfway: string | undefined;
  #done = false;

  get done(): boolean {
    return this.#done;
  }

  /** False once older lines cannot matter. */
  visit(line: Buffer): boolean {
    this.#scannedBytes += line.length + 1;
    const header = parseHeader(line, 0, line.length);
    if (header === undefined) return true;
    const { timestamp } = header;
    if (this.#since === undefined) {
      this.#since = secondsBefore(timestamp, REORDERED_SECONDS);
      this.#floor = secondsBefore(timestamp, 2 * REORDERED_SECONDS);
    }
    this.#oldest = timestamp;
    this.#counts.set(timestamp, (this.#counts.get(timestamp) ?? 0) + 1);
    if (this.#scannedBytes >= MAX_SCANNED_BYTES / 2) this.#halfway ??= timestamp;
    if (isLossMarker(line, header.contentStart)) {
      // What the marker stands for must not be fetched after all.
      this.#raise(timestamp);
      this.#done = true;
    } else if (this.#scannedBytes >= MAX_SCANNED_BYTES) {
      this.#raise(this.#halfway ?? timestamp);
      this.#done = true;
    } else if (timestamp < this.#floor) {
      this.#done = true;
    }
    return !this.#done;
  }

  cursor(complete: boolean): LogCursor {
    if (this.#since === undefined) return { stored: new Map() };
    if (!complete) {
      const counted = [...this.#counts.keys()].filter((timestamp) => timestamp > this.#oldest).sort();
      this.#raise(counted[0] ?? this.#oldest);
    }
    const since = this.#since;
    return { since, stored: new Map([...this.#counts].filter(([timestamp]) => timestamp >= since)) };
  }

  #raise(timestamp: string): void {
    if (this.#since === undefined || this.#since < timestamp) this.#since = timestamp;
  }
}

/** Whole seconds earlier, the fraction kept digit by digit. */
function secondsBefore(timestamp: string, seconds: number): string {
  const ms = Date.parse(`${timestamp.slice(0, 19)}Z`) - seconds * 1000;
  return Number.isNaN(ms) ? timestamp : new Date(ms).toISOString().slice(0, 19) + timestamp.slice(19);
}
