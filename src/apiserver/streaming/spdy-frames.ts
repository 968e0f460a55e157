/**
 * The part of SPDY/3.1 that Kubernetes uses, as a codec without any input or output. Numbers are big endian:
 * control frame `80 03 | type(2) | flags(1) | length(3) | payload`, data frame `stream(4) | flags(1) | length(3) | payload`.
 * Source: draft-mbelshe-httpbis-spdy-00, 2.2 and 2.6.
 */
export type SpdyFrame =
  /** A piece of a data frame's payload, as it came; `fin` only with the last piece. */
  | { readonly kind: 'data'; readonly stream: number; readonly payload: Buffer; readonly fin: boolean }
  | { readonly kind: 'synStream'; readonly stream: number; readonly headerBlock: Buffer; readonly fin: boolean }
  | { readonly kind: 'synReply'; readonly stream: number; readonly headerBlock: Buffer; readonly fin: boolean }
  | { readonly kind: 'headers'; readonly stream: number; readonly headerBlock: Buffer; readonly fin: boolean }
  | { readonly kind: 'reset'; readonly stream: number; readonly status: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'goAway' }
  /** Settings, windows and whatever else there may be: nothing to do. */
  | { readonly kind: 'ignored'; readonly type: number };

/** The peer does not speak SPDY/3, or more of it than it is allowed to. */
export class SpdyError extends Error {
  override readonly name = 'SpdyError';
}

/** `RST_STREAM` status codes. */
export const RESET = { protocolError: 1, refusedStream: 3, cancel: 5 } as const;

const HEADER_BYTES = 8;
const FLAG_FIN = 1;
/** Header blocks of Kubernetes have some hundred bytes; data is never kept, so its frames may have any length. */
const MAX_CONTROL_BYTES = 64 * 1024;
/** The longest payload 24 bits can say. */
const MAX_PAYLOAD_BYTES = 0xffffff;

const TYPE = { synStream: 1, synReply: 2, reset: 3, ping: 6, goAway: 7, headers: 8 } as const;

/**
 * Takes the byte stream in whatever pieces it comes. Keeps at most one control frame; payloads of data frames are passed
 * on piece by piece.
 */
export class SpdyFrameParser {
  #kept: Buffer = Buffer.alloc(0);
  /** The data frame whose payload is coming. */
  #data: { readonly stream: number; readonly fin: boolean; left: number } | undefined;

  /** @throws SpdyError when the bytes cannot be SPDY/3 frames, or a control frame is too long */
  push(chunk: Buffer): readonly SpdyFrame[] {
    let bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    const frames: SpdyFrame[] = [];
    for (;;) {
      const frame = this.#data === undefined ? this.#header(bytes) : this.#payload(this.#data, bytes);
      if (frame === undefined) break;
      bytes = bytes.subarray(frame.length);
      if (frame.value !== undefined) frames.push(frame.value);
    }
    this.#kept = bytes;
    return frames;
  }

  /** A whole control frame, or the start of a data frame. */
  #header(bytes: Buffer): Step | undefined {
    if (bytes.length < HEADER_BYTES) return undefined;
    const flags = bytes.readUInt8(4);
    const length = bytes.readUIntBE(5, 3);
    const first = bytes.readUInt32BE(0);
    if (first < 0x80000000) {
      const fin = (flags & FLAG_FIN) !== 0;
      if (length > 0) this.#data = { stream: first, fin, left: length };
      const empty: SpdyFrame = { kind: 'data', stream: first, payload: Buffer.alloc(0), fin };
      return { length: HEADER_BYTES, value: length > 0 ? undefined : empty };
    }
    if (bytes.readUInt16BE(0) !== 0x8003) throw new SpdyError('expected SPDY version 3');
    if (length > MAX_CONTROL_BYTES) throw new SpdyError(`control frame of ${length} bytes`);
    if (bytes.length < HEADER_BYTES + length) return undefined;
    const payload = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length);
    return { length: HEADER_BYTES + length, value: controlFrame(bytes.readUInt16BE(2), flags, payload) };
  }

  #payload(data: { readonly stream: number; readonly fin: boolean; left: number }, bytes: Buffer): Step | undefined {
    if (bytes.length === 0) return undefined;
    const payload = bytes.subarray(0, data.left);
    data.left -= payload.length;
    const last = data.left === 0;
    if (last) this.#data = undefined;
    return { length: payload.length, value: { kind: 'data', stream: data.stream, payload, fin: last && data.fin } };
  }
}

interface Step {
  /** How many bytes it took. */
  readonly length: number;
  readonly value: SpdyFrame | undefined;
}

function controlFrame(type: number, flags: number, payload: Buffer): SpdyFrame {
  const fin = (flags & FLAG_FIN) !== 0;
  switch (type) {
    case TYPE.synStream:
      return { kind: 'synStream', stream: uint31(payload, 0), headerBlock: rest(payload, 10), fin };
    case TYPE.synReply:
      return { kind: 'synReply', stream: uint31(payload, 0), headerBlock: rest(payload, 4), fin };
    case TYPE.headers:
      return { kind: 'headers', stream: uint31(payload, 0), headerBlock: rest(payload, 4), fin };
    case TYPE.reset:
      return { kind: 'reset', stream: uint31(payload, 0), status: uint32(payload, 4) };
    case TYPE.ping:
      return { kind: 'ping', id: uint32(payload, 0) };
    case TYPE.goAway:
      return { kind: 'goAway' };
    default:
      return { kind: 'ignored', type };
  }
}

const uint31 = (payload: Buffer, offset: number): number => uint32(payload, offset) & 0x7fffffff;

function uint32(payload: Buffer, offset: number): number {
  if (payload.length < offset + 4) throw new SpdyError('control frame breaks off');
  return payload.readUInt32BE(offset);
}

function rest(payload: Buffer, offset: number): Buffer {
  if (payload.length < offset) throw new SpdyError('control frame breaks off');
  return payload.subarray(offset);
}

/** @param payload less than 16 MiB */
export function dataFrame(stream: number, payload: Buffer, fin: boolean): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(stream, 0);
  writeFlagsAndLength(header, fin, payload.length);
  return Buffer.concat([header, payload]);
}

export const synReplyFrame = (stream: number, headerBlock: Buffer): Buffer =>
  encodeControl(TYPE.synReply, false, [stream], headerBlock);

/** Only clients of Kubernetes open streams. */
export const synStreamFrame = (stream: number, headerBlock: Buffer, fin: boolean): Buffer =>
  // No associated stream; priority and credential slot 0.
  encodeControl(TYPE.synStream, fin, [stream, 0], Buffer.concat([Buffer.alloc(2), headerBlock]));

export const resetFrame = (stream: number, status: number): Buffer =>
  encodeControl(TYPE.reset, false, [stream, status]);

export const pingFrame = (id: number): Buffer => encodeControl(TYPE.ping, false, [id]);

function encodeControl(type: number, fin: boolean, numbers: readonly number[], tail: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(HEADER_BYTES + 4 * numbers.length);
  header.writeUInt16BE(0x8003, 0);
  header.writeUInt16BE(type, 2);
  writeFlagsAndLength(header, fin, 4 * numbers.length + tail.length);
  numbers.forEach((value, index) => header.writeUInt32BE(value, HEADER_BYTES + 4 * index));
  return Buffer.concat([header, tail]);
}

function writeFlagsAndLength(header: Buffer, fin: boolean, length: number): void {
  if (length > MAX_PAYLOAD_BYTES) throw new SpdyError(`frame of ${length} bytes`);
  header.writeUInt8(fin ? FLAG_FIN : 0, 4);
  header.writeUIntBE(length, 5, 3);
}
