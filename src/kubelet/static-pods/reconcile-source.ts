import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/schema/meta.js';
import type { Pod } from '../../api/schema/pod.js';
import { objectKey } from '../../store/store.js';
import { CONFIG_SEEN, CONFIG_SOURCE, MANIFEST, type Snapshot } from './pod-source.js';

export interface ReconcileInput {
  /** Word of the source: only stored pods annotated with it are ever touched. */
  readonly source: string;
  readonly desired: Pick<Snapshot, 'pods' | 'unread'>;
  /** All pods there are, from wherever. */
  readonly stored: readonly Pod[];
}

export interface SourceChanges {
  /** Not yet admitted. */
  readonly create: readonly Pod[];
  /** Stored pods whose object stays and whose definition changes. */
  readonly update: readonly Pod[];
  /** Stored pods to be stopped and removed. */
  readonly requestDeletion: readonly Pod[];
  /** Wanted pods whose name belongs to a pod from elsewhere. */
  readonly conflicts: readonly Pod[];
}

/**
 * What to change in the store so that it holds what the source wants. An edited pod is another pod, as its uid is a hash:
 * the old one is deleted, and only when it is gone from the store is the new one created. A pod whose file could not be
 * read is left alone.
 *
 * Source: kubelet pkg/kubelet/config/config.go, pkg/kubelet/pod_workers.go
 */
export function reconcileSource({ source, desired, stored }: ReconcileInput): SourceChanges {
  const byKey = new Map(stored.map((pod) => [objectKey(pod), pod]));
  const changes = { create: [] as Pod[], update: [] as Pod[], requestDeletion: [] as Pod[], conflicts: [] as Pod[] };
  for (const pod of desired.pods) {
    const current = byKey.get(objectKey(pod));
    if (current === undefined) changes.create.push(pod);
    else if (sourceOf(current) !== source) changes.conflicts.push(pod);
    // Being deleted, for whatever reason: its successor waits, even one with the same content.
    else if (current.metadata.deletionTimestamp !== undefined) continue;
    else if (current.metadata.uid !== pod.metadata.uid) changes.requestDeletion.push(current);
    else {
      const next = withDefinitionOf(current, pod);
      if (!isDeepStrictEqual(next, current)) changes.update.push(next);
    }
  }

  const wanted = new Set(desired.pods.map(objectKey));
  for (const pod of stored) {
    if (sourceOf(pod) !== source || wanted.has(objectKey(pod)) || pod.metadata.deletionTimestamp !== undefined)
      continue;
    if (!mayBeWanted(pod, desired.unread)) changes.requestDeletion.push(pod);
  }
  return changes;
}

const sourceOf = (pod: Pod): string | undefined => pod.metadata.annotations?.[CONFIG_SOURCE];

/** Its file, or the directory of it, could not be read. */
export function mayBeWanted({ metadata }: KubeObject, unread: readonly string[]): boolean {
  const manifest = metadata.annotations?.[MANIFEST];
  if (manifest === undefined) return unread.length > 0;
  return unread.some((path) => manifest === path || manifest.startsWith(`${path}/`));
}

/** The stored pod with what the source says of it; what the agent says of it stays. */
function withDefinitionOf(current: Pod, { metadata, spec }: Pod): Pod {
  const seen = current.metadata.annotations?.[CONFIG_SEEN];
  const next: Pod['metadata'] = {
    ...current.metadata,
    annotations: { ...metadata.annotations, ...(seen === undefined ? {} : { [CONFIG_SEEN]: seen }) },
  };
  if (metadata.labels === undefined) delete next.labels;
  else next.labels = metadata.labels;
  return { ...current, metadata: next, spec };
}
