import { checkName } from './json-text.js';
import { numberedFields, type MessageField } from './message-fields.js';
import { readInteger, readText, specialMessages } from './special-messages.js';
import { malformed, readFields, readPacked, type WireField } from './wire.js';
import { isUnset } from './zero-values.js';

type Fields = Record<string, unknown>;

/** No message of the API contains others this deep. */
const MAX_DEPTH = 32;
/** As many values as a manifest may have. */
const MAX_FIELDS = 100_000;

/**
 * The JSON form of a message. Fields with unknown numbers are skipped, as they come from a newer client.
 *
 * @param message its name in the table
 * @throws StatusError 400 for whatever is not such a message, or is deeper or longer than one can be
 */
export function decodeMessage(message: string, bytes: Buffer): Fields {
  let left = MAX_FIELDS;

  const read = (name: string, from: Buffer, into: Fields, depth: number): Fields => {
    const known = numberedFields(name);
    if (known === undefined) throw malformed(`the message ${name} is not known`);
    if (depth > MAX_DEPTH) throw malformed('messages are nested too deep');
    for (const wire of readFields(from)) {
      left -= 1;
      if (left < 0) throw malformed('too many values');
      const field = known.get(wire.number);
      if (field !== undefined) readField(name, field, wire, into, depth);
    }
    return into;
  };

  const readField = (name: string, field: MessageField, wire: WireField, into: Fields, depth: number): void => {
    if (field.name === '*') {
      read(field.type, bytesOf(wire), into, depth + 1);
    } else if (field.shape === 'list') {
      const list = childOf(into, field.name, () => [] as unknown[]);
      if (field.type === 'i' && wire.type === 'bytes') {
        const items = readPacked(wire.value);
        left -= items.length;
        if (left < 0) throw malformed('too many values');
        for (const item of items) list.push(readInteger(item));
      } else {
        list.push(readValue(field.type, wire, undefined, depth) ?? null);
      }
    } else if (field.shape === 'map') {
      const map = childOf(into, field.name, (): Fields => ({}));
      readEntry(field.type, bytesOf(wire), map, depth);
    } else {
      const value = readValue(field.type, wire, into[field.name], depth);
      if (value === undefined || isUnset(name, field.name, value)) Reflect.deleteProperty(into, field.name);
      else into[field.name] = value;
    }
  };

  const readEntry = (type: string, entry: Buffer, map: Fields, depth: number): void => {
    let key = '';
    let value: unknown;
    for (const wire of readFields(entry)) {
      if (wire.number === 1) key = readText(bytesOf(wire));
      if (wire.number === 2) value = readValue(type, wire, undefined, depth);
    }
    checkName(key);
    map[key] = value ?? emptyValue(type);
  };

  const readValue = (type: string, wire: WireField, before: unknown, depth: number): unknown => {
    if (type === 'b') return varintOf(wire) !== 0n;
    if (type === 'i') return readInteger(varintOf(wire));
    const value = bytesOf(wire);
    if (type === 's') return readText(value);
    if (type === 'B') return value.toString('base64');
    const special = specialMessages[type];
    // A message that comes twice is one message with the fields of both.
    return special === undefined ? read(type, value, (before as Fields | undefined) ?? {}, depth + 1) : special(value);
  };

  return read(message, bytes, {}, 0);
}

const emptyValue = (type: string): unknown => (type === 's' || type === 'B' ? '' : type === 'ExtraValue' ? [] : '0');

function childOf<T>(into: Fields, name: string, make: () => T): T {
  // Only this module has written here, with the same shape.
  const child = (into[name] as T | undefined) ?? make();
  into[name] = child;
  return child;
}

function bytesOf(wire: WireField): Buffer {
  if (wire.type !== 'bytes') throw malformed('a field has not the type it should have');
  return wire.value;
}

function varintOf(wire: WireField): bigint {
  if (wire.type !== 'varint') throw malformed('a field has not the type it should have');
  return wire.value;
}
