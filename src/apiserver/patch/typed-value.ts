import { badRequest } from '../http/status-error.js';
import { putInOrder } from './element-order.js';
import { fieldSet, isEmpty, leaf, noFields, union, type FieldSet } from './field-set.js';
import { fieldType, itemType, type FieldType } from './field-types.js';
import { fieldOf, isFields, isSame, type Fields } from './fields.js';
import { keyDefaults } from './list-types.js';

interface Part {
  readonly value: unknown;
  readonly type: FieldType | undefined;
}

/** Items of a list that cannot be told apart: they are refused where one of them is meant, or have one owner together. */
type Twins = 'refused' | 'together';

/**
 * What a value is made of, by its steps (see {@link FieldSet}); `undefined` for one that is owned as a whole.
 *
 * @throws StatusError 400 for items of a list that cannot be told apart, unless they are taken together
 */
function partsOf(value: unknown, type: FieldType | undefined, twins: Twins = 'refused'): Map<string, Part> | undefined {
  if (type?.atomic === true) return undefined;
  if (isFields(value)) {
    return new Map(
      Object.entries(value).map(([name, field]) => [`f:${name}`, { value: field, type: fieldType(type, name) }]),
    );
  }
  if (!Array.isArray(value) || type === undefined) return undefined;
  const { mapKeys, set } = type.list;
  if (mapKeys === undefined && set === undefined) return undefined;
  const parts = new Map<string, Part>();
  for (const item of value as unknown[]) {
    const step = mapKeys === undefined ? `v:${JSON.stringify(item)}` : keyStep(item, mapKeys);
    const twin = parts.get(step);
    if (twin === undefined) parts.set(step, { value: item, type: itemType(type) });
    else if (twins === 'refused') throw badRequest(`a list has two items with the key ${step.slice(2)}`);
    else parts.set(step, { value: [twin.value, item], type: undefined });
  }
  return parts;
}

function keyStep(item: unknown, keys: readonly string[]): string {
  if (!isFields(item)) throw badRequest(`an item of a list has no field ${keys.join(', ')}`);
  const values = [...keys].sort().map((key): [string, unknown] => {
    const value = fieldOf(item, key) ?? keyDefaults[key];
    if (value === undefined) throw badRequest(`an item of a list has no field ${key}`);
    return [key, value];
  });
  return `k:${JSON.stringify(Object.fromEntries(values))}`;
}

const isItem = (step: string): boolean => step.startsWith('k:');

/**
 * All fields of a value, as somebody owns them who applied it.
 *
 * @param maps whether maps have an owner themselves, as they have by an update that made them
 */
export function fieldsOf(
  value: unknown,
  type: FieldType | undefined,
  maps = false,
  twins: Twins = 'refused',
): FieldSet {
  const parts = partsOf(value, type, twins);
  if (parts === undefined || parts.size === 0) return leaf;
  return fieldSet(
    maps && type?.shape === 'map',
    [...parts].map(([step, part]) => {
      const set = fieldsOf(part.value, part.type, maps, twins);
      return [step, isItem(step) ? { ...set, member: true } : set];
    }),
  );
}

/**
 * Which fields have another value in `after` than in `before`, new ones among them, and which are gone. Whoever writes a whole object
 * may name a variable or a port twice, which only an apply cannot. Source: structured-merge-diff, AllowDuplicates.
 */
export function compare(
  before: unknown,
  after: unknown,
  type: FieldType | undefined,
): { changed: FieldSet; removed: FieldSet } {
  const was = partsOf(before, type, 'together');
  const is = partsOf(after, type, 'together');
  if (was === undefined || is === undefined) {
    if (isSame(before, after)) return { changed: noFields, removed: noFields };
    return {
      changed: fieldsOf(after, type, true, 'together'),
      removed: was === undefined ? noFields : fieldsOf(before, type, false, 'together'),
    };
  }
  const changed: [string, FieldSet][] = [];
  const removed: [string, FieldSet][] = [];
  for (const [step, part] of is) {
    const earlier = was.get(step);
    if (earlier === undefined) {
      const added = fieldsOf(part.value, part.type, true, 'together');
      changed.push([step, isItem(step) ? union(leaf, added) : added]);
      continue;
    }
    const below = compare(earlier.value, part.value, part.type);
    changed.push([step, below.changed]);
    removed.push([step, below.removed]);
  }
  for (const [step, part] of was) {
    if (!is.has(step)) removed.push([step, union(leaf, fieldsOf(part.value, part.type, false, 'together'))]);
  }
  return { changed: fieldSet(false, changed), removed: fieldSet(false, removed) };
}

/** A value with another applied on it. Both may be part of the result, and are not changed. */
export function merge(before: unknown, applied: unknown, type: FieldType | undefined): unknown {
  const was = partsOf(before, type);
  const wanted = partsOf(applied, type);
  if (was === undefined || wanted === undefined || Array.isArray(before) !== Array.isArray(applied)) return applied;
  const merged = new Map(was);
  for (const [step, part] of wanted) {
    const earlier = merged.get(step);
    merged.set(step, earlier === undefined ? part : { ...part, value: merge(earlier.value, part.value, part.type) });
  }
  if (!Array.isArray(applied)) return assemble(merged);
  return putInOrder([...merged], ([step]) => step, [...wanted.keys()], [...was.keys()]).map(([, { value }]) => value);
}

/**
 * A value without what `dropped` lists, unless `kept` lists it or something below it. A map that has nothing left goes,
 * too: `undefined`.
 *
 * @param root for the whole object: `spec` goes field by field, and only when none is left
 */
export function prune(
  value: unknown,
  type: FieldType | undefined,
  dropped: FieldSet,
  kept: FieldSet,
  root = false,
): unknown {
  const parts = partsOf(value, type);
  if (parts === undefined) return value;
  let lost = false;
  for (const [step, part] of [...parts]) {
    const drop = dropped.below.get(step);
    if (drop === undefined) continue;
    const keep = kept.below.get(step) ?? noFields;
    const whole = isEmpty(keep) && !root;
    const left = whole ? undefined : prune(part.value, part.type, drop, keep);
    if (left !== undefined) {
      parts.set(step, { ...part, value: left });
    } else {
      parts.delete(step);
      lost = true;
    }
  }
  if (lost && parts.size === 0 && !kept.member) return undefined;
  return Array.isArray(value) ? [...parts.values()].map((part) => part.value) : assemble(parts);
}

const assemble = (parts: ReadonlyMap<string, Part>): Fields =>
  Object.fromEntries([...parts].map(([step, { value }]) => [step.slice(2), value]));
