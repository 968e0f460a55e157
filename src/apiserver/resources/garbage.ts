import type { KubeObject, ObjectMeta } from '../../api/schema/meta.js';
import { FOREGROUND, ORPHAN, type Propagation } from './propagation.js';

type OwnerReference = NonNullable<ObjectMeta['ownerReferences']>[number];

/** An owner as one of its dependants sees it. `unknown`: of a kind that is not served here, so nobody can say. */
export type OwnerState = 'present' | 'gone' | 'waiting for dependants' | 'unknown';

export type GarbageAction =
  | { readonly kind: 'delete'; readonly propagation?: Propagation }
  /** Some of its owners go, others stay: it stays with those. */
  | { readonly kind: 'drop owners'; readonly uids: readonly string[] }
  /** Its dependants stay without it. */
  | { readonly kind: 'orphan' }
  | { readonly kind: 'release'; readonly finalizer: string };

/**
 * What the garbage collector does about one object, if anything.
 *
 * @param dependants of the object
 * Source: kubernetes pkg/controller/garbagecollector/garbagecollector.go attemptToDeleteItem
 */
export function judgeGarbage(
  { metadata }: KubeObject,
  stateOf: (owner: OwnerReference) => OwnerState,
  dependants: readonly KubeObject[],
): GarbageAction | undefined {
  const { deletionTimestamp, finalizers = [], ownerReferences = [], uid } = metadata;
  if (deletionTimestamp !== undefined) {
    if (finalizers.includes(ORPHAN)) return { kind: 'orphan' };
    const blocked = dependants.some((dependant) => blocks(dependant, uid));
    return finalizers.includes(FOREGROUND) && !blocked ? { kind: 'release', finalizer: FOREGROUND } : undefined;
  }
  if (ownerReferences.length === 0) return undefined;
  const states = ownerReferences.map((owner) => ({ uid: owner.uid, state: stateOf(owner) }));
  const lost = states.filter(({ state }) => state === 'gone' || state === 'waiting for dependants');
  if (lost.length === 0) return undefined;
  if (lost.length < states.length) return { kind: 'drop owners', uids: lost.map((owner) => owner.uid) };
  const waited = lost.some(({ state }) => state === 'waiting for dependants');
  // Who is waited for waits for its own dependants in turn.
  return waited && dependants.length > 0 ? { kind: 'delete', propagation: 'Foreground' } : { kind: 'delete' };
}

const blocks = ({ metadata }: KubeObject, owner: string | undefined): boolean =>
  (metadata.ownerReferences ?? []).some(({ blockOwnerDeletion, uid }) => uid === owner && blockOwnerDeletion === true);
