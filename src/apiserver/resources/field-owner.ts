import type { KubeObject } from '../../api/schema/meta.js';
import type { ApiRequest } from '../http/types.js';
import { recordUpdate } from '../patch/record-update.js';
import { apiVersionOf } from './define-kind.js';
import type { Kind } from './kind.js';
import { metadataWithoutOwners } from './metadata.js';

/** Says of an object that is to be stored who owns which of its fields. @param before absent for a new one */
export type RecordOwner = (before: KubeObject | undefined, after: KubeObject) => KubeObject;

/**
 * Records the client of this request as the owner of what it changes, by `fieldManager`, or by what its `User-Agent` begins
 * with.
 *
 * @param subresource empty for the object itself
 * @param now epoch milliseconds
 */
export function recordOwner(
  { headers, query }: Pick<ApiRequest, 'headers' | 'query'>,
  kind: Kind,
  subresource: string,
  now: number,
): RecordOwner {
  const named = query.get('fieldManager') ?? '';
  const agent = headers['user-agent']?.split('/', 1)[0] ?? '';
  const manager = named === '' ? agent : named;
  const update = {
    manager: manager === '' ? 'unknown' : manager,
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    subresource,
    now,
  };
  return (before, after) => recordUpdate(before, before === undefined ? withoutOwners(after) : after, update);
}

/** A new object that brings owners along was copied from somewhere. */
const withoutOwners = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: metadataWithoutOwners(object.metadata),
});

/** Server-side apply has said already who owns what. */
export const alreadyRecorded: RecordOwner = (_before, after) => after;
