import type { KubeObject, ObjectMeta } from '../../api/schema/meta.js';
import { isAbort } from '../../lib/abort.js';
import { Wake } from '../../lib/wake.js';
import { objectKey, type Store, type WatchEvent } from '../../store/store.js';
import { apiVersionOf } from './define-kind.js';
import { deleteStored, type DeletionPorts } from './delete.js';
import { judgeGarbage, type GarbageAction, type OwnerState } from './garbage.js';
import type { Kind } from './kind.js';
import { FOREGROUND, ORPHAN, withPropagation } from './propagation.js';
import { storeOrFinish } from './update.js';
import { wakeOnChanges } from './wake-on-changes.js';

export interface GarbageCollectorOptions extends DeletionPorts {
  readonly kinds: readonly Kind[];
}

/** Nothing is lost by waiting for a change; this is for changes that were missed. */
const RESYNC_MS = 30_000;

/**
 * Deletes what belonged to owners that are gone, by `ownerReferences`; lets owners wait for it, or sets it free, as their
 * deletion asked for. Looks at everything each time; until the signal aborts.
 */
export async function runGarbageCollector(options: GarbageCollectorOptions, signal: AbortSignal): Promise<void> {
  const { clock, store } = options;
  const kinds = options.kinds.filter(({ view }) => view === undefined);
  const wake = new Wake();
  const names = kinds.map(({ kind }) => kind);
  const watching = wakeOnChanges(store, names, wake, signal, concerns);
  try {
    while (!signal.aborted) {
      collectGarbage(options, kinds);
      await wake.wait(RESYNC_MS, clock, signal);
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  } finally {
    await watching;
  }
}

/** Something owned has changed, or something that may be an owner goes. */
const concerns = ({ type, object: { metadata } }: WatchEvent<KubeObject>): boolean =>
  type === 'DELETED' || metadata.ownerReferences !== undefined || waitsForDependants(metadata);

const waitsForDependants = ({ deletionTimestamp, finalizers = [] }: ObjectMeta): boolean =>
  deletionTimestamp !== undefined && (finalizers.includes(ORPHAN) || finalizers.includes(FOREGROUND));

function collectGarbage(options: GarbageCollectorOptions, kinds: readonly Kind[]): void {
  const { store } = options;
  const objects = kinds.flatMap(({ kind }) => store.list(kind).items);
  const dependants = byOwner(objects);
  const owners = new OwnerLookup(store, kinds);
  for (const listed of objects) {
    // What was done for another one a moment ago may have changed it: judged is what is there now.
    const object = now(store, listed);
    if (object === undefined) continue;
    if (object.metadata.ownerReferences === undefined && !waitsForDependants(object.metadata)) continue;
    const own = dependants.get(object.metadata.uid ?? '') ?? [];
    const action = judgeGarbage(object, (owner) => owners.stateOf(owner, object), own);
    if (action !== undefined) act(options, object, action, own);
  }
}

function act(
  options: GarbageCollectorOptions,
  object: KubeObject,
  action: GarbageAction,
  dependants: readonly KubeObject[],
): void {
  const { store } = options;
  switch (action.kind) {
    case 'delete':
      deleteStored(withPropagation(store, object, action.propagation), options);
      break;
    case 'drop owners':
      dropOwners(store, object, action.uids);
      break;
    case 'orphan':
      for (const dependant of dependants) {
        const left = now(store, dependant);
        if (left !== undefined) dropOwners(store, left, [object.metadata.uid ?? '']);
      }
      release(store, object, ORPHAN);
      break;
    case 'release':
      release(store, object, action.finalizer);
  }
}

function now(store: Store, object: KubeObject): KubeObject | undefined {
  const current = store.get(object.kind, objectKey(object));
  return current?.metadata.uid === object.metadata.uid ? current : undefined;
}

function dropOwners(store: Store, object: KubeObject, uids: readonly string[]): void {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.includes(uid));
  store.update({ ...object, metadata: { ...object.metadata, ownerReferences } });
}

function release(store: Store, object: KubeObject, finalizer: string): void {
  const finalizers = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
  storeOrFinish(store, { ...object, metadata: { ...object.metadata, finalizers } });
}

function byOwner(objects: readonly KubeObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  const dependants = new Map<string, KubeObject[]>();
  for (const object of objects)
    for (const { uid } of object.metadata.ownerReferences ?? [])
      dependants.set(uid, [...(dependants.get(uid) ?? []), object]);
  return dependants;
}

/** Finds owners by kind and name, and knows them by their uid. */
class OwnerLookup {
  readonly #store: Store;
  readonly #kinds: ReadonlyMap<string, Kind>;

  constructor(store: Store, kinds: readonly Kind[]) {
    this.#store = store;
    this.#kinds = new Map(kinds.map((kind) => [`${apiVersionOf(kind)} ${kind.kind}`, kind]));
  }

  stateOf(
    owner: NonNullable<ObjectMeta['ownerReferences']>[number],
    { metadata: { namespace } }: KubeObject,
  ): OwnerState {
    const kind = this.#kinds.get(`${owner.apiVersion} ${owner.kind}`);
    // What belongs to no namespace cannot belong to something in one.
    if (kind === undefined || (kind.namespaced && namespace === undefined)) return 'unknown';
    const found = this.#store.get(kind.kind, kind.namespaced ? `${namespace ?? ''}/${owner.name}` : owner.name);
    if (found?.metadata.uid !== owner.uid) return 'gone';
    const { deletionTimestamp, finalizers = [] } = found.metadata;
    return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND) ? 'waiting for dependants' : 'present';
  }
}
