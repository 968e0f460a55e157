import { badRequest } from '../http/status-error.js';
import { isFields, type Fields } from './fields.js';

/**
 * Which fields somebody owns: a tree whose steps are written as in FieldsV1: `f:image` for a field, `k:{"name":"web"}` for
 * an item of a list by its keys, `v:"x"` for a value of a set.
 */
export interface FieldSet {
  /** The place itself is owned, not only things below it. */
  readonly member: boolean;
  readonly below: ReadonlyMap<string, FieldSet>;
}

/** Nothing. */
export const noFields: FieldSet = { member: false, below: new Map() };
/** One place, with nothing below it. */
export const leaf: FieldSet = { member: true, below: new Map() };

export const isEmpty = (set: FieldSet): boolean => !set.member && set.below.size === 0;

/** A set without empty branches. */
export function fieldSet(member: boolean, below: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { member, below: new Map([...below].filter(([, set]) => !isEmpty(set))) };
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  return fieldSet(
    a.member || b.member,
    stepsOf(a, b).map((step) => [step, union(a.below.get(step) ?? noFields, b.below.get(step) ?? noFields)]),
  );
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return a;
  return fieldSet(
    a.member && !b.member,
    [...a.below].map(([step, set]) => [step, difference(set, b.below.get(step) ?? noFields)]),
  );
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return noFields;
  return fieldSet(
    a.member && b.member,
    [...a.below].map(([step, set]) => [step, intersection(set, b.below.get(step) ?? noFields)]),
  );
}

/** Every owned place as kubectl shows it: `.spec.containers[name="web"].image`. */
export function pathsOf(set: FieldSet, path = ''): string[] {
  const below = inOrder(set).flatMap(([step, child]) => pathsOf(child, `${path}${stepText(step)}`));
  return set.member ? [path, ...below] : below;
}

/** The form in `metadata.managedFields`. */
export function toFieldsV1(set: FieldSet): Fields {
  const entries = inOrder(set).map(([step, child]): [string, unknown] => [step, toFieldsV1(child)]);
  return Object.fromEntries(set.member && entries.length > 0 ? [['.', {}], ...entries] : entries);
}

/** @throws StatusError 400 for what is no such form */
export function fromFieldsV1(fields: unknown): FieldSet {
  if (!isFields(fields)) throw badRequest('metadata.managedFields: fieldsV1 must be an object');
  const below = Object.entries(fields)
    .filter(([step]) => step !== '.')
    .map(([step, child]): [string, FieldSet] => {
      if (!/^[fkvi]:/.test(step)) throw badRequest('metadata.managedFields: fieldsV1 has an unknown kind of step');
      const set = fromFieldsV1(child);
      return [step, isEmpty(set) ? leaf : set];
    });
  return fieldSet(Object.hasOwn(fields, '.'), below);
}

const inOrder = ({ below }: FieldSet): [string, FieldSet][] => [...below].sort(([a], [b]) => (a < b ? -1 : 1));

const stepsOf = (a: FieldSet, b: FieldSet): string[] => [...new Set([...a.below.keys(), ...b.below.keys()])];

function stepText(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  if (!step.startsWith('k:')) return `[${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `[${keys.join(',')}]`;
}
