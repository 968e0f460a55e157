import { badRequest, StatusError, type StatusCause } from '../http/status-error.js';
import { difference, intersection, isEmpty, noFields, pathsOf, union } from './field-set.js';
import { fieldOf, isFields, type Fields } from './fields.js';
import type { FieldType } from './field-types.js';
import { isOwner, ownerWith, readOwners, withOwners, withoutIdentity, type Owner } from './managed-fields.js';
import { compare, fieldsOf, merge, prune } from './typed-value.js';

export interface Applier {
  readonly manager: string;
  /** Of the kind that was asked for. */
  readonly apiVersion: string;
  /** Take fields from whoever has them. */
  readonly force: boolean;
  /** Epoch ms. */
  readonly now: number;
}

/**
 * Server-side apply: the configuration is merged into the object; what this manager applied before and leaves out now is
 * removed unless somebody else owns it, too; a field that somebody else owns and that would change is a conflict. Who
 * owns what is kept in `metadata.managedFields`.
 *
 * @param current absent: the object is made
 * @param type of the object; parts of unknown type are merged as maps, their lists are single values
 * @throws StatusError 409 for conflicts, 400 for a malformed configuration
 * Source: sigs.k8s.io/structured-merge-diff merge/update.go; the API server's fieldmanager package
 */
export function serverSideApply(
  current: object | undefined,
  configuration: Fields,
  type: FieldType | undefined,
  { manager, apiVersion, force, now }: Applier,
): Fields {
  const metadata = fieldOf(configuration, 'metadata');
  if (isFields(metadata) && Object.hasOwn(metadata, 'managedFields')) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const applied = withoutNulls(configuration) as Fields;
  const live = structuredClone({ ...current }) as Fields;
  const own = { manager, operation: 'Apply', apiVersion, subresource: '' } as const;
  const owners = ownersOf(live, type, apiVersion);
  const before = owners.find((owner) => isOwner(owner, own));
  const others = owners.filter((owner) => owner !== before);

  const fields = withoutIdentity(fieldsOf(applied, type));
  const kept = others.reduce((all, other) => union(all, other.fields), fields);
  const merged = merge(live, applied, type);
  const pruned = before === undefined ? merged : prune(merged, type, before.fields, kept, true);
  // The root of an object is never pruned away.
  const object = pruned as Fields;

  const { changed } = compare(live, object, type);
  const conflicts = others
    .map((owner) => ({ owner, fields: intersection(owner.fields, changed) }))
    .filter((conflict) => !isEmpty(conflict.fields));
  if (conflicts.length > 0 && !force) throw conflictError(conflicts);
  const left = others.map((owner) => {
    const taken = conflicts.find((conflict) => conflict.owner === owner)?.fields ?? noFields;
    return isEmpty(taken) ? owner : { ...owner, fields: difference(owner.fields, taken) };
  });
  return withOwners(object, [...left, ownerWith(before, { ...own, fields }, now)]);
}

/** An object nobody is known to own anything of was written by somebody: the first to apply must not take it all. */
function ownersOf(live: Fields, type: FieldType | undefined, apiVersion: string): Owner[] {
  const owners = readOwners(live);
  if (owners.length > 0 || Object.keys(live).length === 0) return owners;
  const fields = withoutIdentity(fieldsOf(live, type));
  return [{ manager: 'before-first-apply', operation: 'Update', apiVersion, subresource: '', time: '', fields }];
}

function conflictError(conflicts: readonly { owner: Owner; fields: Owner['fields'] }[]): StatusError {
  const found = conflicts.flatMap(({ owner, fields }) =>
    pathsOf(fields).map((path) => ({ who: ownerText(owner), path })),
  );
  const causes: StatusCause[] = found.map(({ who, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${who}`,
    field: path,
  }));
  const [first] = found;
  if (found.length === 1 && first !== undefined) {
    const message = `Apply failed with 1 conflict: conflict with ${first.who}: ${first.path}`;
    return new StatusError(409, 'Conflict', message, { causes });
  }
  const lines = [...new Set(found.map(({ who }) => who))]
    .sort()
    .flatMap((who) => [
      `conflicts with ${who}:`,
      ...found.filter((conflict) => conflict.who === who).map(({ path }) => `- ${path}`),
    ]);
  return new StatusError(409, 'Conflict', `Apply failed with ${found.length} conflicts: ${lines.join('\n')}`, {
    causes,
  });
}

function ownerText({ manager, operation, apiVersion, subresource }: Owner): string {
  if (operation === 'Apply') return `"${manager}"`;
  return `"${manager}"${subresource === '' ? '' : ` with subresource "${subresource}"`} using ${apiVersion}`;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutNulls(field)]),
  );
}
