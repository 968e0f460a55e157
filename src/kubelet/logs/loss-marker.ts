import type { LogRecord } from '../../runtime/streams.js';
import { encodeRecord, parseHeader } from './cri-format.js';

const PREFIX = '[kubelette] log gap: ';

/** Records that could not be stored, one episode of a full or failing disk. */
export interface LogLoss {
  readonly records: number;
  /** Bytes of content. */
  readonly bytes: number;
  /** Engine times of the first and the last lost record. */
  readonly first: string;
  readonly last: string;
  /** Of the first failure: `ENOSPC`, `EIO`, … */
  readonly reason: string;
}

/**
 * The line that stands in the log where records are missing:
 * `<last> stderr F [kubelette] log gap: 12 records, 3456 bytes, <first> to <last> not stored: ENOSPC`.
 * It carries the time of the last lost record, so that a pump resumes behind the gap.
 */
export function encodeLossMarker(loss: LogLoss): Buffer {
  const text = `${PREFIX}${loss.records} records, ${loss.bytes} bytes, ${loss.first} to ${loss.last} not stored: ${loss.reason}`;
  const record: LogRecord = { stream: 'stderr', timestamp: loss.last, line: Buffer.from(text), partial: false };
  return encodeRecord(record);
}

/** Whether the content that starts here is a marker. An application may print one too: then a resume looks less far back. */
export const isLossMarker = (buffer: Buffer, contentStart: number): boolean =>
  buffer.toString('latin1', contentStart, contentStart + PREFIX.length) === PREFIX;

/** The loss with these encoded records added. */
export function addLoss(loss: LogLoss | undefined, encoded: readonly Buffer[], reason: string): LogLoss | undefined {
  let sum = loss;
  for (const record of encoded) {
    const header = parseHeader(record, 0, record.length - 1);
    if (header === undefined) continue;
    sum = {
      records: (sum?.records ?? 0) + 1,
      bytes: (sum?.bytes ?? 0) + record.length - 1 - header.contentStart,
      first: sum?.first ?? header.timestamp,
      last: header.timestamp,
      reason: sum?.reason ?? reason,
    };
  }
  return sum;
}
