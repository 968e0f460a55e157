import { parseJson } from './json-text.js';
import { toRfc3339 } from '../../lib/time.js';
import { malformed, readFields } from './wire.js';

/**
 * Messages that stand for one JSON value. `undefined` means that the field is not set.
 *
 * @throws StatusError 400
 * Source: `MarshalJSON` of these types in k8s.io/apimachinery.
 */
export const specialMessages: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  Time: (bytes) => readTime(bytes)?.text,
  MicroTime: (bytes) => {
    const time = readTime(bytes);
    if (time === undefined) return undefined;
    const micros = String(Math.floor(time.nanos / 1000)).padStart(6, '0');
    return time.text.replace(/Z$/, `.${micros}Z`);
  },
  Quantity: (bytes) => {
    const text = readText(single(bytes, 1));
    return text === '' ? '0' : text;
  },
  IntOrString: (bytes) => {
    let kind = 0n;
    let number = 0;
    let text = '';
    for (const field of readFields(bytes)) {
      if (field.number === 1 && field.type === 'varint') kind = field.value;
      if (field.number === 2 && field.type === 'varint') number = readInteger(field.value);
      if (field.number === 3 && field.type === 'bytes') text = readText(field.value);
    }
    return kind === 0n ? number : text;
  },
  FieldsV1: (bytes) => readJson(single(bytes, 1)),
  RawExtension: (bytes) => readJson(single(bytes, 1)),
  ExtraValue: (bytes) =>
    [...readFields(bytes)].flatMap((field) =>
      field.number === 1 && field.type === 'bytes' ? [readText(field.value)] : [],
    ),
};

/** A signed integer of up to 64 bits. @throws StatusError 400 when a JavaScript number cannot hold it exactly */
export function readInteger(value: bigint): number {
  const number = Number(BigInt.asIntN(64, value));
  if (!Number.isSafeInteger(number)) throw malformed('an integer is out of range');
  return number;
}

/** @throws StatusError 400 for what is no UTF-8 */
export function readText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('a text is not UTF-8');
  }
}

/** What Date can hold, in seconds. */
const MAX_SECONDS = 8_640_000_000_000;

function readTime(bytes: Buffer): { text: string; nanos: number } | undefined {
  let seconds: number | undefined;
  let nanos = 0;
  for (const field of readFields(bytes)) {
    if (field.type !== 'varint') continue;
    if (field.number === 1) seconds = readInteger(field.value);
    if (field.number === 2) nanos = readInteger(field.value);
  }
  if (seconds === undefined) return undefined;
  if (Math.abs(seconds) > MAX_SECONDS || nanos < 0 || nanos > 999_999_999) throw malformed('a time is out of range');
  return { text: toRfc3339(seconds * 1000), nanos };
}

function single(bytes: Buffer, number: number): Buffer {
  let found = Buffer.alloc(0);
  for (const field of readFields(bytes))
    if (field.number === number && field.type === 'bytes') found = field.value as Buffer<ArrayBuffer>;
  return found;
}

const readJson = (bytes: Buffer): unknown => (bytes.length === 0 ? undefined : parseJson(readText(bytes)).value);
