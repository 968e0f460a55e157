import { badRequest, type StatusError } from '../http/status-error.js';

/** One field of a message as it stands in the bytes. The value of a fixed32 or fixed64 is left out: no field here has one. */
export type WireField =
  | { readonly number: number; readonly type: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly type: 'bytes'; readonly value: Buffer }
  | { readonly number: number; readonly type: 'fixed' };

/** @returns 400; `why` must not quote what was sent, which may be a secret. */
export const malformed = (why: string): StatusError =>
  badRequest(`the body of the request could not be decoded as protobuf: ${why}`);

/**
 * The fields of one message, in order.
 *
 * @throws StatusError 400 when the bytes are no message
 * Source: protobuf.dev/programming-guides/encoding
 */
export function* readFields(bytes: Buffer): Generator<WireField, void, undefined> {
  let at = 0;
  const varint = (): bigint => {
    const read = readVarint(bytes, at);
    at = read.end;
    return read.value;
  };
  const skip = (size: number): number => {
    if (size > bytes.length - at) throw malformed('a field ends after its message');
    const start = at;
    at += size;
    return start;
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    if (number < 1 || number > MAX_FIELD_NUMBER) throw malformed('a field number is out of range');
    switch (tag % 8) {
      case 0:
        yield { number, type: 'varint', value: varint() };
        break;
      case 1:
        skip(8);
        yield { number, type: 'fixed' };
        break;
      case 2: {
        const size = Number(varint());
        yield { number, type: 'bytes', value: bytes.subarray(skip(size), at) };
        break;
      }
      case 5:
        skip(4);
        yield { number, type: 'fixed' };
        break;
      default:
        throw malformed('a field has an unknown wire type');
    }
  }
}

/** The integers of a packed list. @throws StatusError 400 */
export function readPacked(bytes: Buffer): bigint[] {
  const values: bigint[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { value, end } = readVarint(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

const MAX_FIELD_NUMBER = 2 ** 29 - 1;
/** 64 bits in groups of seven. */
const MAX_VARINT_BYTES = 10;

function readVarint(bytes: Buffer, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) throw malformed('a number ends after its message');
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: start + index + 1 };
  }
  throw malformed('a number has more than 64 bits');
}
