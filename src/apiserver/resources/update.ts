import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';
import type { KubeObject, ObjectMeta } from '../../api/schema/meta.js';
import { MemoryStore } from '../../store/memory-store.js';
import { objectKey, type Store } from '../../store/store.js';
import { badRequest, conflict } from '../http/status-error.js';
import type { Behaviour } from './behaviour.js';
import type { RecordOwner } from './field-owner.js';
import { invalid } from './invalid.js';
import { metadataForUpdate } from './metadata.js';
import type { Resource } from './resource.js';
import { hasStatus, withStatusOf } from './status-part.js';

export interface UpdateOptions {
  /** What of the object is to change: all but the status, or the status only. */
  readonly part: 'object' | 'status';
  readonly dryRun: boolean;
  readonly recordOwner: RecordOwner;
}

/**
 * Puts another version of an object in its place, unless somebody else did since the client read it. What changes nothing
 * leaves the object as it is, resourceVersion and all.
 *
 * @param stored the object as it is now
 * @param decoded as the client wants it, in the form of the kind
 * @returns the object in the form of the kind
 * @throws StatusError 400, 403, 409, 422
 * Source: apiserver pkg/registry/rest/update.go
 */
export function updateObject(
  resource: Resource,
  behaviour: Behaviour,
  stored: KubeObject,
  decoded: KubeObject,
  options: UpdateOptions,
): KubeObject {
  const { kind } = resource;
  const before = resource.toView(stored);
  behaviour.guardUpdate?.(stored);
  checkIdentity(resource, decoded.metadata, before.metadata);

  const wished = behaviour.prepareUpdate?.(decoded, before) ?? decoded;
  const next = kind.applyDefaults(merge(resource, wished, before, options));
  const errors = [
    ...newFinalizerErrors(next.metadata, before.metadata),
    ...(options.part === 'status' ? [] : kind.validateUpdate(next, before)),
  ];
  if (errors.length > 0) throw invalid(kind, before.metadata.name, unique(errors));
  if (options.part !== 'status') behaviour.admitUpdate?.(next, before);

  const wanted = resource.toStored(options.recordOwner(before, next));
  return resource.toView(options.dryRun ? rehearse(resource, stored, wanted) : storeOrFinish(resource.store, wanted));
}

/** Names may be left out, but not be others. */
function checkIdentity({ name: resource }: Resource, next: ObjectMeta, before: ObjectMeta): void {
  const { name } = before;
  if (next.name !== '' && next.name !== name)
    throw badRequest(`the name of the object (${next.name}) does not match the name on the URL (${name})`);
  const namespace = next.namespace ?? '';
  if (namespace !== '' && namespace !== before.namespace)
    throw badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the request (${before.namespace ?? ''})`,
    );
  const uid = next.uid ?? '';
  if (uid !== '' && uid !== before.uid)
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.uid ?? ''}`,
    );
  const version = next.resourceVersion ?? '';
  if (version !== '' && version !== before.resourceVersion)
    throw conflict(
      resource,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
}

function merge({ kind }: Resource, decoded: KubeObject, before: KubeObject, options: UpdateOptions): KubeObject {
  const metadata = metadataForUpdate(decoded.metadata, before.metadata);
  if (options.part === 'status') return { ...withStatusOf(before, decoded), metadata };
  return { ...(hasStatus(kind) ? withStatusOf(decoded, before) : decoded), metadata };
}

/** Source: apimachinery pkg/api/validation/objectmeta.go */
function newFinalizerErrors(next: ObjectMeta, before: ObjectMeta): readonly FieldError[] {
  if (before.deletionTimestamp === undefined) return [];
  const added = (next.finalizers ?? []).filter((finalizer) => !(before.finalizers ?? []).includes(finalizer));
  if (added.length === 0) return [];
  const errors = new FieldErrors();
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  errors.forbidden(
    ROOT.child('metadata', 'finalizers'),
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
  );
  return errors.list;
}

/** Rules about a new object and about a change may find the same. */
const unique = (errors: readonly FieldError[]): FieldError[] => [
  ...new Map(errors.map((error) => [error.message, error])).values(),
];

/** What would be stored; its version stays that of what is stored. */
function rehearse({ clock }: Resource, stored: KubeObject, next: KubeObject): KubeObject {
  const store = new MemoryStore({ clock, historyLimit: 1, revision: 0, objects: [stored] });
  const { resourceVersion } = stored.metadata;
  const updated = storeOrFinish(store, next);
  return {
    ...updated,
    metadata: { ...updated.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  };
}

/** An object that only waited for its finalizers goes with the last of them. */
export function storeOrFinish(store: Store, next: KubeObject): KubeObject {
  const updated = store.update(next);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = updated.metadata;
  const waits = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0;
  if (waits && updated.kind !== 'Namespace') store.remove(updated.kind, objectKey(updated));
  return updated;
}
