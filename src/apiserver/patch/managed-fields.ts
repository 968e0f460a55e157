import { toRfc3339 } from '../../lib/time.js';
import { badRequest } from '../http/status-error.js';
import { difference, fieldSet, fromFieldsV1, isEmpty, leaf, toFieldsV1, type FieldSet } from './field-set.js';
import { fieldOf, isFields, isSame, removeField, type Fields } from './fields.js';

/** One owner of fields: an entry of `metadata.managedFields`. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** `status` and the like; empty for the object itself. */
  readonly subresource: string;
  /** RFC 3339, or empty. */
  readonly time: string;
  readonly fields: FieldSet;
}

/** @throws StatusError 400 for entries that are malformed */
export function readOwners(object: unknown): Owner[] {
  const metadata = isFields(object) ? fieldOf(object, 'metadata') : undefined;
  const entries: unknown = isFields(metadata) ? fieldOf(metadata, 'managedFields') : undefined;
  if (!Array.isArray(entries)) return [];
  return entries.filter((entry: unknown) => !isFields(entry) || Object.keys(entry).length > 0).map(readOwner);
}

/** The object with these owners. */
export function withOwners(object: Fields, owners: readonly Owner[]): Fields {
  const metadata = fieldOf(object, 'metadata');
  const rest = isFields(metadata) ? { ...metadata } : {};
  removeField(rest, 'managedFields');
  const entries = owners.filter(({ fields }) => !isEmpty(fields)).map(toEntry);
  return { ...object, metadata: entries.length === 0 ? rest : { ...rest, managedFields: entries } };
}

/** The same owner, whatever it owns? */
export const isOwner = (a: Owner, b: Omit<Owner, 'time' | 'fields'>): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  // One manager's updates by different versions are told apart; what it applies is one thing.
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion);

/** An owner that now has these fields; its time changes only with them. */
export function ownerWith(before: Owner | undefined, owner: Omit<Owner, 'time'>, now: number): Owner {
  const unchanged =
    before !== undefined &&
    before.apiVersion === owner.apiVersion &&
    isSame(toFieldsV1(before.fields), toFieldsV1(owner.fields));
  return unchanged ? before : { ...owner, time: toRfc3339(now) };
}

/** Without the fields that the server fills in and that say which object it is; nobody owns them. */
export const withoutIdentity = (set: FieldSet): FieldSet => difference(set, identity);

const subtree = (...names: readonly string[]): [string, FieldSet][] => names.map((name) => [`f:${name}`, leaf]);

const identity = fieldSet(false, [
  ...subtree('apiVersion', 'kind'),
  [
    'f:metadata',
    fieldSet(
      true,
      subtree(
        ...['name', 'namespace', 'generateName', 'uid', 'selfLink', 'resourceVersion', 'generation'],
        ...['creationTimestamp', 'managedFields'],
      ),
    ),
  ],
]);

function readOwner(entry: unknown): Owner {
  if (!isFields(entry)) throw badRequest('metadata.managedFields: an entry must be an object');
  const text = (name: string): string => {
    const value = fieldOf(entry, name) ?? '';
    if (typeof value !== 'string') throw badRequest(`metadata.managedFields: ${name} must be text`);
    return value;
  };
  const operation = text('operation');
  if (operation !== 'Apply' && operation !== 'Update') {
    throw badRequest('metadata.managedFields: operation must be `Apply` or `Update`');
  }
  return {
    manager: text('manager'),
    operation,
    apiVersion: text('apiVersion'),
    subresource: text('subresource'),
    time: text('time'),
    fields: fromFieldsV1(fieldOf(entry, 'fieldsV1') ?? {}),
  };
}

const toEntry = ({ manager, operation, apiVersion, subresource, time, fields }: Owner): Fields => ({
  manager,
  operation,
  apiVersion,
  ...(time === '' ? {} : { time }),
  fieldsType: 'FieldsV1',
  fieldsV1: toFieldsV1(fields),
  ...(subresource === '' ? {} : { subresource }),
});
