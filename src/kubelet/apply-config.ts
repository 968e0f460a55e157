import type { ConfigObject } from '../api/config-object.js';
import { objectKey, type Store } from '../store/store.js';

/** Creates the object, or puts it in the place of the one there is, which stays bound to what it is bound to. */
export function applyConfig(store: Store, object: ConfigObject): void {
  const current = store.get<ConfigObject>(object.kind, objectKey(object));
  if (current === undefined) {
    store.create(object);
    return;
  }
  const { creationTimestamp, resourceVersion, uid } = current.metadata;
  const identity = Object.fromEntries(
    Object.entries({ creationTimestamp, resourceVersion, uid }).filter(([, value]) => value !== undefined),
  );
  const next = { ...object, metadata: { ...object.metadata, ...identity } };
  store.update<ConfigObject>(
    next.kind === 'PersistentVolumeClaim' && current.kind === 'PersistentVolumeClaim'
      ? { ...current, metadata: { ...current.metadata, ...next.metadata } }
      : next,
  );
}
