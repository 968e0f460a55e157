import type { KubeObject } from '../../api/schema/meta.js';
import type { Store } from '../../store/store.js';

/** What becomes of the objects that an object owns when it is deleted. */
export const PROPAGATIONS = ['Foreground', 'Background', 'Orphan'] as const;
export type Propagation = (typeof PROPAGATIONS)[number];

/** The finalizers by which an object waits for what is to become of its dependants. */
export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

const FINALIZERS: Readonly<Record<Propagation, readonly string[]>> = {
  Foreground: [FOREGROUND],
  Background: [],
  Orphan: [ORPHAN],
};

/**
 * Writes on an object that is about to be deleted how; without a word of the client what is written there stays.
 *
 * @returns the object as stored
 * Source: apiserver pkg/registry/generic/registry/store.go deletionFinalizersForGarbageCollection
 */
export function withPropagation(store: Store, object: KubeObject, propagation: Propagation | undefined): KubeObject {
  if (propagation === undefined) return object;
  const before = object.metadata.finalizers ?? [];
  const others = before.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  const finalizers = [...others, ...FINALIZERS[propagation]];
  if (finalizers.length === before.length && finalizers.every((finalizer) => before.includes(finalizer))) return object;
  return store.update({ ...object, metadata: { ...object.metadata, finalizers } });
}
