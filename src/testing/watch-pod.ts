import type { Pod } from '../api/schema/pod.js';
import { hasCode } from '../lib/errors.js';
import type { Store } from '../store/store.js';

/** One pod, not its successors of the same name. */
export interface PodReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The pod as stored now, or undefined when it is gone. */
export function findPod(store: Store, reference: PodReference): Pod | undefined {
  const pod = store.get<Pod>('Pod', `${reference.namespace}/${reference.name}`);
  return pod?.metadata.uid === reference.uid ? pod : undefined;
}

/**
 * Shows `judge` the pod as it is and after every change (undefined: it is gone), until it returns a verdict.
 * @throws what `judge` throws; the signal's reason when it aborts
 */
export async function watchPod<T>(
  store: Store,
  reference: PodReference,
  judge: (pod: Pod | undefined) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const { resourceVersion } = store.list<Pod>('Pod', { namespace: reference.namespace });
    const verdict =
      judge(findPod(store, reference)) ?? (await watchChanges(store, reference, judge, resourceVersion, signal));
    if (verdict !== undefined) return verdict;
  }
}

async function watchChanges<T>(
  store: Store,
  reference: PodReference,
  judge: (pod: Pod | undefined) => T | undefined,
  since: string,
  signal: AbortSignal,
): Promise<T | undefined> {
  const done = new AbortController();
  try {
    for await (const { type, object } of store.watch<Pod>('Pod', since, AbortSignal.any([signal, done.signal]))) {
      if (object.metadata.uid !== reference.uid) continue;
      const verdict = judge(type === 'DELETED' ? undefined : object);
      if (verdict !== undefined) return verdict;
    }
  } catch (error) {
    // More changes than the store remembers while nobody looked here: look at the pod itself again.
    if (!hasCode(error, 'Conflict')) throw error;
  } finally {
    done.abort();
  }
  return undefined;
}
