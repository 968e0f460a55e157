import type { ObjectMeta } from '../api/schema/meta.js';
import type { Pod } from '../api/schema/pod.js';
import type { Clock } from '../lib/clock.js';
import { KubeletteError } from '../lib/errors.js';
import type { Store } from '../store/store.js';
import type { PodIdentity } from '../runtime/observed.js';
import { toRfc3339 } from '../lib/time.js';

/** Source: kubernetes pkg/apis/core/v1/defaults.go */
const DEFAULT_GRACE_SECONDS = 30;

/**
 * Asks for a pod to be stopped and removed: marks it, and its worker does the rest. Asking again can only shorten the grace
 * period, which counts from the first time. A grace of 0, given or in the spec, removes the object at once and leaves its
 * containers to be killed as orphans, unless finalizers hold it; a negative one means 1.
 *
 * @param graceSeconds absent: the pod's own `terminationGracePeriodSeconds`
 * @returns the pod as it is now, or as it last was
 * @throws NotFound `pods "x" not found`
 * Source: apiserver pkg/registry/rest/delete.go BeforeDelete
 */
export function requestPodDeletion(
  store: Store,
  clock: Clock,
  namespace: string,
  name: string,
  graceSeconds?: number,
): Pod {
  const key = `${namespace}/${name}`;
  const pod = store.get<Pod>('Pod', key);
  if (pod === undefined)
    throw new KubeletteError('NotFound', `pods "${name}" not found`, {
      details: { reason: 'NotFound', kind: 'Pod', name },
    });

  const wanted = graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  if (wanted === 0 && (pod.metadata.finalizers ?? []).length === 0) {
    store.remove('Pod', key);
    return pod;
  }
  const deletion = nextDeletion(pod.metadata, wanted === 0 ? 0 : Math.max(1, Math.trunc(wanted)), clock.now());
  return deletion === undefined ? pod : store.update<Pod>({ ...pod, metadata: { ...pod.metadata, ...deletion } });
}

/**
 * Nothing of the pod runs or is left on the engine: the object goes, too, or waits for its finalizers alone. One that nobody asked to
 * delete is another pod under the same uid, as a static pod that came back has it.
 */
export function finishPodDeletion(store: Store, clock: Clock, { name, namespace, uid }: PodIdentity): void {
  const stored = store.get<Pod>('Pod', `${namespace}/${name}`);
  const isAsked = stored?.metadata.deletionTimestamp !== undefined;
  if (isAsked && stored.metadata.uid === uid) requestPodDeletion(store, clock, namespace, name, 0);
}

type Deletion = Required<Pick<ObjectMeta, 'deletionTimestamp' | 'deletionGracePeriodSeconds'>>;

/** The mark to set, or undefined when the one that is there ends no later. Pure. */
export function nextDeletion(metadata: ObjectMeta, graceSeconds: number, now: number): Deletion | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds: current = 0 } = metadata;
  if (deletionTimestamp !== undefined && graceSeconds >= current) return undefined;
  const begunMs = deletionTimestamp === undefined ? now : Date.parse(deletionTimestamp) - current * 1_000;
  return {
    deletionTimestamp: toRfc3339(begunMs + graceSeconds * 1_000),
    deletionGracePeriodSeconds: graceSeconds,
  };
}
