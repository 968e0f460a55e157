import { crc32 } from 'node:zlib';
import type { KubeObject } from '../api/schema/meta.js';
import { objectKey } from './store.js';

/** Understood by this version; a file of another one is not touched but set aside. */
const FORMAT_VERSION = 1;

/** First line of the file, followed by one line for each object there was when the file was begun. */
interface JournalHeader {
  /** Grows with every start, so that no revision is ever given twice. */
  readonly epoch: number;
  readonly revision: number;
  readonly objects: number;
}

/** What happened to one object. */
export type JournalEntry = { readonly revision: number } & (
  { readonly put: KubeObject } | { readonly remove: { readonly kind: string; readonly key: string } }
);

/**
 * `batch` counts the writes that were made durable together, 0 being what the file began with. Lines of the last batch
 * may be torn, in any order; those of earlier ones cannot be. `end` marks a batch's last line.
 */
type JournalRecord = JournalEntry & { readonly batch: number; readonly end?: true };

export type JournalContent =
  | {
      readonly readable: true;
      readonly epoch: number;
      readonly revision: number;
      readonly objects: readonly KubeObject[];
      /** Bytes at the end that an interrupted write left behind. */
      readonly tornBytes: number;
    }
  | {
      readonly readable: false;
      readonly reason: string;
      /** What the header says, or 0 when it cannot be read either. */
      readonly epoch: number;
    };

/** A whole new file: the header and the objects as they are. */
export function encodeSnapshot(epoch: number, revision: number, objects: readonly KubeObject[]): string {
  const header = encodeLine({ version: FORMAT_VERSION, epoch, revision, objects: objects.length });
  return header + objects.map((put) => encodeLine({ put, revision, batch: 0, end: true })).join('');
}

/** Lines for changes that become durable together. */
export function encodeBatch(batch: number, entries: readonly JournalEntry[]): string {
  return entries
    .map((entry, index) => encodeLine({ ...entry, batch, ...(index === entries.length - 1 ? { end: true } : {}) }))
    .join('');
}

/**
 * The state a journal describes. What an interrupted last write left is dropped; damage before it means the file cannot be
 * trusted, because a lost removal would bring a deleted pod back.
 */
export function decodeJournal(content: Buffer): JournalContent {
  const lines = splitLines(content);
  const header = lines[0] && decodeLine(lines[0].bytes);
  if (!isHeader(header)) return { readable: false, reason: 'line 1 is damaged', epoch: 0 };
  const { epoch } = header;
  if (header.version !== FORMAT_VERSION)
    return { readable: false, reason: `format version ${header.version} is unknown`, epoch };

  const records = lines.slice(1).map(({ bytes }) => decodeLine(bytes));
  const bad = records.findIndex((record) => !isRecord(record));
  const intact = (bad === -1 ? records : records.slice(0, bad)).filter(isRecord);
  if (intact.length < header.objects || (bad !== -1 && isDamage(intact.at(-1), records.slice(bad))))
    return { readable: false, reason: `line ${intact.length + 2} is damaged`, epoch };
  return {
    readable: true,
    epoch,
    revision: intact.at(-1)?.revision ?? header.revision,
    objects: replay(intact),
    tornBytes: bad === -1 ? 0 : content.length - (lines[bad + 1]?.start ?? 0),
  };
}

/** True unless everything from the first bad line on belongs to one batch, the last. */
function isDamage(lastIntact: JournalRecord | undefined, rest: readonly unknown[]): boolean {
  const torn = lastIntact === undefined ? 1 : lastIntact.batch + (lastIntact.end ? 1 : 0);
  return rest.some((record) => isRecord(record) && record.batch !== torn);
}

function replay(records: readonly JournalRecord[]): readonly KubeObject[] {
  const objects = new Map<string, KubeObject>();
  for (const record of records) {
    if ('put' in record) objects.set(`${record.put.kind} ${objectKey(record.put)}`, record.put);
    else objects.delete(`${record.remove.kind} ${record.remove.key}`);
  }
  return [...objects.values()];
}

/** A line: checksum of the JSON text in hexadecimal, space, JSON, newline. */
function encodeLine(value: object): string {
  const json = JSON.stringify(value);
  return `${checksum(json)} ${json}\n`;
}

/** Text after the last newline is a line, too: a torn one, even if only its newline is missing. */
function splitLines(content: Buffer): { start: number; bytes: Buffer | undefined }[] {
  const lines: { start: number; bytes: Buffer | undefined }[] = [];
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(0x0a, start);
    lines.push({ start, bytes: end === -1 ? undefined : content.subarray(start, end) });
    start = end === -1 ? content.length : end + 1;
  }
  return lines;
}

function decodeLine(line: Buffer | undefined): unknown {
  const text = line?.toString('utf8') ?? '';
  const json = text.slice(9);
  if (text.slice(0, 9) !== `${checksum(json)} `) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

// The checksum is right, so the line is one that the encoder above made: looking at its outline is enough.
const isHeader = (value: unknown): value is JournalHeader & { readonly version: number } =>
  typeof value === 'object' && value !== null && 'version' in value && 'epoch' in value;

const isRecord = (value: unknown): value is JournalRecord =>
  typeof value === 'object' && value !== null && 'batch' in value && ('put' in value || 'remove' in value);

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');
