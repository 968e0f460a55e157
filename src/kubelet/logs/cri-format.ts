import type { LogRecord } from '../../runtime/streams.js';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
const PARTIAL = 0x50;
const FULL = 0x46;

/** What stands before the content of one line of a CRI log; the content itself is never copied. */
export interface CriHeader {
  readonly timestamp: string;
  readonly stream: 'stdout' | 'stderr';
  /** Tag `P`: more of the same line follows in the next record of this stream. */
  readonly partial: boolean;
  /** Offset of the first byte of the content in the parsed buffer. */
  readonly contentStart: number;
}

/**
 * One line of a CRI log, newline included: `<RFC3339Nano> <stdout|stderr> <P|F> <bytes>`. The record's bytes must not
 * hold a newline (see `oneLineEach`); any other byte is kept as it is.
 * Source: kubelet, pkg/kubelet/kuberuntime/logs; the format is CRI's, written by containerd and CRI-O.
 */
export function encodeRecord(record: LogRecord): Buffer {
  const header = `${record.timestamp} ${record.stream} ${record.partial ? 'P' : 'F'} `;
  const encoded = Buffer.allocUnsafe(header.length + record.line.length + 1);
  encoded.write(header, 0, 'latin1');
  record.line.copy(encoded, header.length);
  encoded[encoded.length - 1] = NEWLINE;
  return encoded;
}

/**
 * The header of the line in `buffer` from `start` to `end` (its newline excluded), or undefined when this is not a
 * CRI line. Further tags (`F:tag`) are accepted and ignored.
 */
export function parseHeader(buffer: Buffer, start: number, end: number): CriHeader | undefined {
  const timeEnd = buffer.indexOf(SPACE, start);
  if (timeEnd < start + 20 || timeEnd - start > 40 || timeEnd + 9 > end) return undefined;
  const timestamp = buffer.toString('latin1', start, timeEnd);
  if (timestamp[10] !== 'T' || !timestamp.endsWith('Z')) return undefined;
  const stream = buffer.toString('latin1', timeEnd + 1, timeEnd + 8);
  if (stream !== 'stdout ' && stream !== 'stderr ') return undefined;
  const tag = buffer[timeEnd + 8];
  if (tag !== PARTIAL && tag !== FULL) return undefined;
  let tagEnd = timeEnd + 9;
  if (tagEnd < end && buffer[tagEnd] === COLON) {
    tagEnd = buffer.indexOf(SPACE, tagEnd);
    if (tagEnd < 0) return undefined;
  }
  if (tagEnd >= end || buffer[tagEnd] !== SPACE) return undefined;
  return {
    timestamp,
    stream: stream === 'stdout ' ? 'stdout' : 'stderr',
    partial: tag === PARTIAL,
    contentStart: tagEnd + 1,
  };
}

/**
 * The record as records without a newline inside. Engines cut at newlines, so this is nearly always the record itself;
 * a log driver that does not must neither break the file nor the count by which a pump resumes.
 */
export function oneLineEach(record: LogRecord): readonly LogRecord[] {
  if (!record.line.includes(NEWLINE)) return [record];
  const lines: LogRecord[] = [];
  let start = 0;
  for (let end = record.line.indexOf(NEWLINE); end >= 0; end = record.line.indexOf(NEWLINE, start)) {
    lines.push({ ...record, line: record.line.subarray(start, end), partial: false });
    start = end + 1;
  }
  lines.push({ ...record, line: record.line.subarray(start) });
  return lines;
}

/** Offset just behind the last newline before `end`, or 0: where the last complete record stops. */
export const completeEnd = (buffer: Buffer, end: number): number =>
  end === 0 ? 0 : buffer.lastIndexOf(NEWLINE, end - 1) + 1;
