import { KubeletteError } from '../lib/errors.js';
import type { LogRecord } from '../runtime/streams.js';
import type { Frame } from './frames.js';

/** `2006-01-02T15:04:05.000000000Z` and the space after it. */
const TIMESTAMP_LENGTH = 30;
/** The engine cuts lines into records of this size. */
export const PIECE_LENGTH = 16_384;

const NEWLINE = 0x0a;
/** How much is held back while it is not known whether a line goes on. */
const MOST_HELD = 256;

/** A record as the engine sent it: it is not known yet whether the line goes on. */
export type RawRecord = Omit<LogRecord, 'partial'> & {
  /** Exactly one piece long and without newline: the next record may go on with the same line. */
  readonly full: boolean;
};

/** One frame of a log with timestamps as a record. @throws `Internal` when it does not start with a timestamp */
export function toRawRecord({ stream, payload }: Frame): RawRecord {
  if (payload.length < TIMESTAMP_LENGTH + 1 || payload[TIMESTAMP_LENGTH] !== 0x20) {
    throw new KubeletteError('Internal', `the engine sent a log record without a timestamp`);
  }
  const timestamp = payload.toString('latin1', 0, TIMESTAMP_LENGTH);
  const content = payload.subarray(TIMESTAMP_LENGTH + 1);
  const ended = content.at(-1) === NEWLINE;
  const line = ended ? content.subarray(0, -1) : content;
  return { stream, timestamp, line, full: !ended && line.length === PIECE_LENGTH };
}

/**
 * A terminal's log has no frames: a record ends at its newline, or where the engine cut the line. Takes the bytes in
 * whatever pieces they come.
 */
export class RawLogParser {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): readonly RawRecord[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const records: RawRecord[] = [];
    for (let length = this.#recordLength(); length !== undefined; length = this.#recordLength()) {
      records.push(this.#take(length));
    }
    return records;
  }

  /** The last record, when the log does not end with a newline. */
  end(): readonly RawRecord[] {
    return this.#rest.length > TIMESTAMP_LENGTH ? [this.#take(this.#rest.length)] : [];
  }

  #recordLength(): number | undefined {
    const start = TIMESTAMP_LENGTH + 1;
    const cut = start + PIECE_LENGTH;
    const newline = this.#rest.indexOf(NEWLINE, start);
    if (newline !== -1 && newline < cut) return newline + 1;
    return this.#rest.length < cut ? undefined : cut;
  }

  #take(length: number): RawRecord {
    const record = toRawRecord({ stream: 'stdout', payload: this.#rest.subarray(0, length) });
    this.#rest = this.#rest.subarray(length);
    return record;
  }
}

/**
 * Finds out which records are pieces of a longer line: a full one whose successor on the same stream has the same
 * timestamp to the nanosecond. So a full record is held until its successor comes, and what came from the other stream
 * meanwhile with it, to keep the order; but never more than a few: then it is taken for a piece, which it nearly
 * always is.
 */
export class PartialMarker {
  #held: RawRecord[] = [];

  push(record: RawRecord): readonly LogRecord[] {
    this.#held.push(record);
    const ready: LogRecord[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) ready.push(next);
    return ready;
  }

  /** At the end of the log nothing follows: what is held is whole. */
  end(): readonly LogRecord[] {
    const ready: LogRecord[] = [];
    while (this.#held.length > 0) ready.push(this.#release(this.#successor() ?? false));
    return ready;
  }

  #next(): LogRecord | undefined {
    const [first] = this.#held;
    if (first === undefined) return undefined;
    if (!first.full) return this.#release(false);
    const partial = this.#successor();
    if (partial !== undefined) return this.#release(partial);
    return this.#held.length > MOST_HELD ? this.#release(true) : undefined;
  }

  /** Is the first one followed by a piece of the same line? `undefined` while that is not known. */
  #successor(): boolean | undefined {
    const [first, ...others] = this.#held;
    if (first?.full !== true) return false;
    const next = others.find(({ stream }) => stream === first.stream);
    return next === undefined ? undefined : next.timestamp === first.timestamp;
  }

  #release(partial: boolean): LogRecord {
    const record = this.#held.shift();
    if (record === undefined) throw new KubeletteError('Internal', 'no log record is held');
    const { stream, timestamp, line } = record;
    return { stream, timestamp, line, partial };
  }
}
