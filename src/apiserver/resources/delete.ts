import type { KubeObject } from '../../api/schema/meta.js';
import type { Clock } from '../../lib/clock.js';
import { toRfc3339 } from '../../lib/time.js';
import { objectKey, type Store } from '../../store/store.js';
import { conflict } from '../http/status-error.js';
import type { Behaviour } from './behaviour.js';
import type { DeleteOptions } from './delete-options.js';
import type { PodPorts } from './pod-behaviour.js';
import { withPropagation } from './propagation.js';
import type { Resource } from './resource.js';
import { manifestOf } from './static-pod.js';

/** What became of an object. */
export type Deletion =
  | { readonly gone: true; readonly object: KubeObject }
  /** It is marked, and goes when whoever has to do something with it has done it. */
  | { readonly gone: false; readonly object: KubeObject };

/**
 * Deletes an object, or marks it where something has to happen first: a pod has to stop, a finalizer has to be taken off.
 *
 * @param stored the object as it is now
 * @returns the object in the form of the kind, as it is now or as it last was
 * @throws StatusError 403, 409 when a precondition does not hold
 * Source: apiserver pkg/registry/rest/delete.go
 */
export function deleteObject(
  resource: Resource,
  behaviour: Behaviour,
  stored: KubeObject,
  { dryRun, graceSeconds, preconditions, propagation }: DeleteOptions,
): Deletion {
  const { metadata } = stored;
  checkPrecondition(resource, metadata.name, 'UID', preconditions.uid, metadata.uid);
  checkPrecondition(
    resource,
    metadata.name,
    'ResourceVersion',
    preconditions.resourceVersion,
    metadata.resourceVersion,
  );
  behaviour.guardDelete?.(stored);
  if (dryRun) return { gone: (metadata.finalizers ?? []).length === 0, object: resource.toView(stored) };

  const marked = withPropagation(resource.store, stored, propagation);
  if (behaviour.remove !== undefined) behaviour.remove(marked, graceSeconds);
  else removeOrMark(resource, marked);
  const left = resource.store.get(stored.kind, objectKey(stored));
  const gone = left?.metadata.uid !== metadata.uid;
  return { gone, object: resource.toView(gone ? stored : (left ?? stored)) };
}

function checkPrecondition(
  { name: resource }: Resource,
  name: string,
  field: 'UID' | 'ResourceVersion',
  wanted: string | undefined,
  found = '',
): void {
  if (wanted === undefined || wanted === found) return;
  throw conflict(
    resource,
    name,
    `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${found}`,
  );
}

/** Removes an object, or marks it when finalizers hold it. */
function removeOrMark({ clock, store }: Pick<Resource, 'clock' | 'store'>, stored: KubeObject): void {
  const { metadata } = stored;
  if ((metadata.finalizers ?? []).length === 0) {
    store.remove(stored.kind, objectKey(stored));
    return;
  }
  if (metadata.deletionTimestamp !== undefined) return;
  const mark = { deletionTimestamp: toRfc3339(clock.now()), deletionGracePeriodSeconds: 0 };
  store.update({ ...stored, metadata: { ...metadata, ...mark } });
}

/** What deleting anything takes. */
export interface DeletionPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly deletePod: PodPorts['deletePod'];
}

/** Deletes an object on behalf of a controller. */
export function deleteStored(object: KubeObject, { clock, deletePod, store }: DeletionPorts): void {
  const { metadata } = object;
  // Deleted already, or the business of its manifest.
  if (metadata.deletionTimestamp !== undefined || manifestOf(object) !== undefined) return;
  if (object.kind === 'Pod') deletePod(metadata.namespace ?? '', metadata.name);
  else removeOrMark({ clock, store }, object);
}

/** The answer to the deletion of an object that is gone. kubectl waits for a uid, in case the name comes back. */
export function successStatus(
  { name: { group, plural } }: Resource,
  { metadata }: KubeObject,
): Record<string, unknown> {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name,
      ...(group === '' ? {} : { group }),
      kind: plural,
      ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
    },
  };
}
