/**
 * The two messages of grpc.health.v1.Health/Check, in the framing of gRPC: a zero byte, the length, the message. They
 * have one field each; a library for them would cost more at start-up than all probes together.
 * Source: grpc-proto grpc/health/v1/health.proto, and the gRPC over HTTP/2 protocol.
 */
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

const HEADER_BYTES = 5;
/** Field 1, length-delimited; and field 1, varint. */
const SERVICE_TAG = 0x0a;
const STATUS_TAG = 0x08;

/** A HealthCheckRequest; an empty service asks about the whole server. */
export function encodeHealthRequest(service: string): Buffer {
  const name = Buffer.from(service, 'utf8');
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([SERVICE_TAG, ...varint(name.length)]), name]);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** The status of a HealthCheckResponse as its enum names it. @returns undefined when it is none */
export function decodeHealthResponse(frame: Buffer): string | undefined {
  if (frame.length < HEADER_BYTES || frame[0] !== 0) return undefined;
  const message = frame.subarray(HEADER_BYTES, HEADER_BYTES + frame.readUInt32BE(1));
  // A status of 0 is not written at all.
  if (message.length === 0) return STATUSES[0];
  const [tag, value] = message;
  if (tag !== STATUS_TAG || value === undefined || value > 127) return undefined;
  return STATUSES[value] ?? String(value);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
