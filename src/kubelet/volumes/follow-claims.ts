import type { PersistentVolumeClaim } from '../../api/schema/claim.js';
import type { Pod } from '../../api/schema/pod.js';
import type { Store } from '../../store/store.js';
import { claimNameOf } from '../core/volumes/claimed-volumes.js';

/** Calls `onChange` with every pod that has a volume of a claim that came, changed or went. Until abort. */
export async function followClaims(store: Store, onChange: (pod: Pod) => void, signal: AbortSignal): Promise<void> {
  const kind = 'PersistentVolumeClaim';
  const { resourceVersion } = store.list(kind);
  for await (const { object } of store.watch<PersistentVolumeClaim>(kind, resourceVersion, signal)) {
    const { name, namespace = 'default' } = object.metadata;
    for (const pod of store.list<Pod>('Pod', { namespace }).items) {
      if ((pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) === name)) onChange(pod);
    }
  }
}
