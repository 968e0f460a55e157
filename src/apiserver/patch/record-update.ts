import type { KubeObject } from '../../api/schema/meta.js';
import { messageOf } from '../protobuf/kinds.js';
import { difference, isEmpty, union } from './field-set.js';
import { objectType } from './field-types.js';
import { fieldOf, isFields, type Fields } from './fields.js';
import { isOwner, ownerWith, readOwners, withOwners, withoutIdentity } from './managed-fields.js';
import { compare } from './typed-value.js';

export interface Update {
  /** The `fieldManager` of the request, else what its `User-Agent` begins with. */
  readonly manager: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** `status` and the like; empty for the object itself. */
  readonly subresource: string;
  /** Epoch ms. */
  readonly now: number;
}

/**
 * An object that was created or updated (not by server-side apply), with who owns which field brought up to date: the
 * manager owns what it changed, and nobody else owns that any more. Managed fields that the client changed itself are
 * taken as they are first; an empty list forgets everybody.
 *
 * @param before absent for a new object
 * @param after is not changed; shares parts with the result
 * @throws StatusError 400 for malformed `metadata.managedFields`
 * Source: the API server's fieldmanager package
 */
export function recordUpdate<T extends KubeObject>(before: T | undefined, after: T, update: Update): T {
  const { manager, apiVersion, kind, subresource, now } = update;
  const message = messageOf(apiVersion, kind);
  const type = message === undefined ? undefined : objectType(message);
  const owners = readOwners(managedFieldsOf(after) === undefined ? before : after);
  const { changed, removed } = compare(before ?? {}, after, type);
  const mine = withoutIdentity(changed);
  const gone = withoutIdentity(removed);
  if (isEmpty(mine) && isEmpty(gone)) return withOwners(asFields(after), owners) as T & Fields;

  const own = { manager, operation: 'Update', apiVersion, subresource } as const;
  const earlier = owners.find((owner) => isOwner(owner, own));
  const lost = union(mine, gone);
  const others = owners
    .filter((owner) => owner !== earlier)
    .map((owner) => ({ ...owner, fields: difference(owner.fields, lost) }));
  const fields = difference(earlier === undefined ? mine : union(earlier.fields, mine), difference(gone, mine));
  return withOwners(asFields(after), [...others, ownerWith(earlier, { ...own, fields }, now)]) as T & Fields;
}

const asFields = (object: KubeObject): Fields => ({ ...object });

/** `undefined` also when the client sent none: it does not know them. */
function managedFieldsOf(object: KubeObject): unknown {
  const metadata: unknown = object.metadata;
  return isFields(metadata) ? fieldOf(metadata, 'managedFields') : undefined;
}
