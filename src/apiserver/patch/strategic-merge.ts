import { badRequest } from '../http/status-error.js';
import { putInOrder } from './element-order.js';
import { fieldOf, isFields, removeField, type Fields } from './fields.js';
import { fieldType, itemType, type FieldType } from './field-types.js';
import { doesNotFit } from './patch-errors.js';

/**
 * Strategic merge patch: maps are merged, null removes, lists are merged item by item where the API says by which key,
 * and `$patch`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…` and `$retainKeys` say what merging cannot.
 *
 * @param target is changed; it and the patch may be part of the result
 * @param type of the object; parts of unknown type are merged as maps and replaced as lists
 * @throws StatusError 400 for directives and lists that are malformed, 422 for lists of lists
 * Source: k8s.io/apimachinery pkg/util/strategicpatch; sig-api-machinery/strategic-merge-patch.md
 */
export function strategicMerge(target: Fields, patch: Fields, type: FieldType | undefined): Fields {
  const directive = fieldOf(patch, PATCH);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'replace' && directive !== 'merge') {
    throw badRequest(`unknown patch type: ${JSON.stringify(directive)}`);
  }
  const result = directive === 'replace' ? {} : target;
  retainKeys(result, patch);
  for (const [name, values] of directives(patch, DELETE_FROM_LIST)) deleteFromList(result, name, values);
  const orders = new Map(directives(patch, ELEMENT_ORDER));
  for (const [name, value] of Object.entries(patch)) {
    if (isDirective(name)) continue;
    const fresh = mergeField(fieldOf(result, name), value, fieldType(type, name), orders.get(name));
    if (fresh === undefined) removeField(result, name);
    else result[name] = fresh;
  }
  for (const [name, order] of orders) {
    const list = fieldOf(result, name);
    if (!Object.hasOwn(patch, name) && Array.isArray(list)) {
      result[name] = mergeList(list as unknown[], [], fieldType(type, name), order);
    }
  }
  return result;
}

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ELEMENT_ORDER = '$setElementOrder/';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';

const isDirective = (name: string): boolean =>
  name === PATCH || name === RETAIN_KEYS || name.startsWith(ELEMENT_ORDER) || name.startsWith(DELETE_FROM_LIST);

/** `undefined`: the field is to be absent. */
function mergeField(
  before: unknown,
  value: unknown,
  type: FieldType | undefined,
  order: readonly unknown[] | undefined,
): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    const merges = type?.list.strategy?.startsWith('merge') === true;
    if (merges) return mergeList(Array.isArray(before) ? (before as unknown[]) : [], value, type, order);
    return value.map((item: unknown) => fresh(item, itemType(type)));
  }
  if (isFields(value)) return strategicMerge(isFields(before) ? before : {}, value, type);
  return value;
}

/** A part of the patch that nothing is there for yet: without nulls and directives. */
function fresh(value: unknown, type: FieldType | undefined): unknown {
  if (isFields(value)) return strategicMerge({}, value, type);
  return Array.isArray(value) ? value.map((item: unknown) => fresh(item, undefined)) : value;
}

function retainKeys(result: Fields, patch: Fields): void {
  const retained: unknown = fieldOf(patch, RETAIN_KEYS);
  if (retained === undefined) return;
  if (!Array.isArray(retained)) throw badRequest('invalid patch format of retainKeys');
  const given = Object.entries(patch).filter(([name, value]) => !isDirective(name) && value !== null);
  if (given.some(([name]) => !retained.includes(name))) throw badRequest('invalid patch format of retainKeys');
  for (const name of Object.keys(result)) if (!retained.includes(name)) removeField(result, name);
}

function* directives(patch: Fields, prefix: string): Generator<[string, unknown[]]> {
  for (const [name, value] of Object.entries(patch)) {
    if (!name.startsWith(prefix)) continue;
    if (!Array.isArray(value)) {
      const what = prefix === ELEMENT_ORDER ? 'setElementOrder list' : 'primitive list';
      throw badRequest(`invalid patch format of ${what}`);
    }
    yield [name.slice(prefix.length), value];
  }
}

function deleteFromList(result: Fields, name: string, values: readonly unknown[]): void {
  const list = fieldOf(result, name);
  if (!Array.isArray(list)) return;
  const deleted = new Set(values);
  result[name] = list.filter((item) => !deleted.has(item));
}

function mergeList(
  before: unknown[],
  patch: readonly unknown[],
  type: FieldType | undefined,
  order: readonly unknown[] | undefined,
): unknown[] {
  const key = type?.list.mergeKey;
  const everything = [...before, ...patch];
  if (everything.some(Array.isArray)) throw doesNotFit('', 'lists of lists are not supported');
  const maps = everything.filter(isFields);
  if (maps.length > 0 && (key === undefined || maps.length < everything.length)) {
    throw badRequest('a list has items of another type than its merge key says');
  }
  const keyOf = (item: unknown): string =>
    JSON.stringify(maps.length === 0 ? item : keyValue(item as Fields, key ?? ''));
  const keysBefore = before.map(keyOf);
  const merged = maps.length === 0 ? mergeValues(before, patch) : mergeItems(before, patch as Fields[], type, keyOf);
  if (order === undefined) return merged;

  const wanted = order.map((item) => JSON.stringify(isFields(item) ? keyValue(item, key ?? '') : item));
  const added = patch.filter((item) => !isFields(item) || fieldOf(item, PATCH) === undefined).map(keyOf);
  if (!isSubsequence(added, wanted))
    throw badRequest("the order in the patch list doesn't match $setElementOrder list");
  return putInOrder(merged, keyOf, wanted, keysBefore);
}

const mergeValues = (before: readonly unknown[], patch: readonly unknown[]): unknown[] => [
  ...new Set([...before, ...patch]),
];

function mergeItems(
  before: readonly unknown[],
  patch: readonly Fields[],
  type: FieldType | undefined,
  keyOf: (item: unknown) => string,
): unknown[] {
  const replaces = patch.some((item) => fieldOf(item, PATCH) === 'replace');
  const deleted = new Set(patch.filter((item) => fieldOf(item, PATCH) === 'delete').map(keyOf));
  const merged = replaces ? [] : before.filter((item) => !deleted.has(keyOf(item)));
  const places = new Map(merged.map((item, at) => [keyOf(item), at] as const).reverse());
  for (const item of patch) {
    const directive = fieldOf(item, PATCH);
    // An item that says to replace the list says nothing else.
    if (directive === 'replace' || directive === 'delete') continue;
    const key = keyOf(item);
    const at = places.get(key);
    if (at === undefined) places.set(key, merged.push(strategicMerge({}, item, itemType(type))) - 1);
    else merged[at] = strategicMerge(merged[at] as Fields, item, itemType(type));
  }
  return merged;
}

function keyValue(item: Fields, key: string): unknown {
  const value = fieldOf(item, key);
  // A replacing item needs no key: it stands for the list.
  if (value === undefined && fieldOf(item, PATCH) !== 'replace') {
    const names = Object.keys(item).sort().join(' ');
    throw badRequest(`map: map[${names}] does not contain declared merge key: ${key}`);
  }
  return value ?? null;
}

function isSubsequence(keys: readonly string[], of: readonly string[]): boolean {
  let at = 0;
  for (const key of keys) {
    at = of.indexOf(key, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
