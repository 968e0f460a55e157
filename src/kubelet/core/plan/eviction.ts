import type { PodStatus } from '../../../api/schema/pod-status.js';
import type { Pod } from '../../../api/schema/pod.js';
import { toRfc3339 } from '../../../lib/time.js';
import { diskVolumeLimit } from '../volumes/empty-dir-size.js';
import { mountedVolumes } from '../volumes/volume-plan.js';

/** Reason in the status and of the event. Source: kubelet pkg/kubelet/eviction/eviction_manager.go */
export const EVICTED = 'Evicted';

/** A volume that may take up so much of the engine's disk. */
export interface DiskLimit {
  /** `volumes[].name` of the pod. */
  readonly name: string;
  readonly bytes: number;
  /** As the pod has it. */
  readonly quantity: string;
}

/** Of volumes some container mounts; nobody can fill another one. */
export const diskLimits = (pod: Pod): DiskLimit[] =>
  mountedVolumes(pod).flatMap((volume) => {
    const bytes = diskVolumeLimit(volume);
    return bytes === undefined ? [] : [{ name: volume.name, bytes, quantity: volume.emptyDir?.sizeLimit ?? '' }];
  });

/** Why the pod has to go, undefined while all is within its limits. `used` is in the order of the limits. */
export function limitExceeded(limits: readonly DiskLimit[], used: readonly number[]): string | undefined {
  const broken = limits.find(({ bytes }, index) => (used[index] ?? 0) > bytes);
  if (broken === undefined) return undefined;
  // Every part of an eviction message ends with a blank.
  return `Usage of EmptyDir volume "${broken.name}" exceeds the limit "${broken.quantity}". `;
}

/** The status of a pod that was evicted: it has failed, and what still runs is stopped. */
export function evictedStatus(status: PodStatus | undefined, message: string, now: number): PodStatus {
  const disruption = {
    type: 'DisruptionTarget',
    status: 'True' as const,
    reason: 'TerminationByKubelet',
    message,
    lastTransitionTime: toRfc3339(now),
  };
  const others = (status?.conditions ?? []).filter(({ type }) => type !== disruption.type);
  return { ...status, phase: 'Failed', reason: EVICTED, message, conditions: [disruption, ...others] };
}
