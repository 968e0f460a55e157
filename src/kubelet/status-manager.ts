import { isDeepStrictEqual } from 'node:util';
import type { Pod, PodStatus } from '../api/schema/pod.js';
import { objectKey, type Store } from '../store/store.js';

/**
 * The only writer of pod status. The same status is not published twice, and one for another pod of the same name never
 * is. Source: kubelet pkg/kubelet/status/status_manager.go.
 *
 * @returns the stored pod, or undefined when this pod is no longer in the store
 */
export function publishStatus(store: Store, pod: Pod, status: PodStatus): Pod | undefined {
  const stored = store.get<Pod>('Pod', objectKey(pod));
  if (stored === undefined || stored.metadata.uid !== pod.metadata.uid) return undefined;
  if (isDeepStrictEqual(stored.status, status)) return stored;
  return store.update<Pod>({ ...stored, status });
}
