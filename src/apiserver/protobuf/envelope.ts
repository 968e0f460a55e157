import { readText } from './special-messages.js';
import { malformed, readFields } from './wire.js';

/** Every protobuf body of Kubernetes begins with these bytes: `k8s` and a zero. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The object's own message. */
  readonly raw: Buffer;
}

export const isEnvelope = (body: Buffer): boolean => body.subarray(0, MAGIC.length).equals(MAGIC);

/**
 * Takes a body apart: the magic bytes, then the message runtime.Unknown around the object's own.
 *
 * @throws StatusError 400
 */
export function readEnvelope(body: Buffer): Envelope {
  if (!isEnvelope(body)) throw malformed('it does not begin with the bytes of a Kubernetes protobuf body');
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  for (const field of readFields(body.subarray(MAGIC.length))) {
    if (field.type !== 'bytes') continue;
    if (field.number === 1) {
      for (const part of readFields(field.value)) {
        if (part.type !== 'bytes') continue;
        if (part.number === 1) apiVersion = readText(part.value);
        if (part.number === 2) kind = readText(part.value);
      }
    }
    if (field.number === 2) raw = field.value;
    if (field.number === 3 && field.value.length > 0) throw malformed('its content is encoded in an unknown way');
  }
  return { apiVersion, kind, raw };
}
