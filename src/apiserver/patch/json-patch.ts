import jsonPatchLibrary, { type Operation } from 'fast-json-patch';
import { badRequest, StatusError } from '../http/status-error.js';
import { isFields } from './fields.js';
import { doesNotFit } from './patch-errors.js';

/** As in the API server. */
const MAX_OPERATIONS = 10_000;
/** What copies may add, in UTF-16 units of JSON text; the API server's limit for a whole body. */
const MAX_COPIED = 3 * 1024 * 1024;
/** As of a body. */
const MAX_DEPTH = 64;

/**
 * JSON patch: all operations or none.
 *
 * @throws StatusError 400 for what is no list of operations, 413 for too many of them or for copies that grow too large,
 *   422 for one that does not fit the object
 * Source: RFC 6902
 */
export function jsonPatch(current: unknown, patch: unknown): unknown {
  const operations = readOperations(patch);
  let document: unknown = structuredClone(current);
  let copied = 0;
  try {
    for (const operation of operations) {
      const from = 'from' in operation ? valueAt(document, operation.from, operation) : undefined;
      const mayBeNew = ['add', 'copy', 'move'].includes(operation.op);
      if (operation.path !== '') valueAt(document, operation.path, operation, mayBeNew);
      if (operation.op === 'copy') {
        copied += JSON.stringify(from).length;
        if (copied > MAX_COPIED) throw tooLarge(`The copies of a JSON patch may add at most ${MAX_COPIED} bytes`);
      }
      document = applyOne(document, operation);
    }
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(TOO_DEEP);
    throw error;
  }
  if (isDeeper(document, MAX_DEPTH)) throw tooLarge(TOO_DEEP);
  return document;
}

const operationNames: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

function readOperations(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: expected a list of operations');
  if (patch.length > MAX_OPERATIONS) {
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`);
  }
  return patch.map((item: unknown, index) => {
    const ok =
      isFields(item) &&
      operationNames.has(item['op']) &&
      typeof item['path'] === 'string' &&
      (!['move', 'copy'].includes(item['op'] as string) || typeof item['from'] === 'string');
    if (!ok) throw badRequest(`error decoding patch: item ${index} is not an operation`);
    // Whether there is a value is for the library to say.
    return item as unknown as Operation;
  });
}

function applyOne(document: unknown, operation: Operation): unknown {
  try {
    const { newDocument } = jsonPatchLibrary.applyOperation<unknown>(document, operation, true, true, true);
    if (newDocument === undefined || newDocument === null) throw new Error('the whole object cannot be removed');
    return newDocument;
  } catch (error) {
    throw doesNotFit(operation.path, `${operation.op}: ${reasonOf(error)}`);
  }
}

/** The library's errors go on with the whole document, which may hold a secret. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);

const tooLarge = (message: string): StatusError => new StatusError(413, 'RequestEntityTooLarge', message);

/**
 * What a pointer points at, by own fields only: the library would follow `/metadata/toString` to a function that all
 * objects share. A new item of a list is at an index or `-`, which the library checks.
 */
function valueAt(document: unknown, pointer: string, { op, path }: Operation, mayBeNew = false): unknown {
  let value = document;
  const tokens = pointer.split('/').slice(1);
  for (const [index, token] of tokens.entries()) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    const last = index === tokens.length - 1;
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) {
      value = (value as Record<string, unknown>)[name];
    } else if (last && mayBeNew && typeof value === 'object' && value !== null) {
      return undefined;
    } else {
      throw doesNotFit(path, `${op}: nothing is at ${pointer}`);
    }
  }
  return value;
}

const TOO_DEEP = `The result of a JSON patch may be nested at most ${MAX_DEPTH} levels deep`;

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((field) => isDeeper(field, levels - 1)));
