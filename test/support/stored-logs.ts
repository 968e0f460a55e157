import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseHeader } from '../../src/kubelet/logs/cri-format.js';
import type { LogRecord } from '../../src/runtime/streams.js';

/** All records of a log's files, oldest first. Throws when one is torn or no CRI record. */
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
