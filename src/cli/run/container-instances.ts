import type { ContainerStatus, Pod } from '../../api/schema/pod.js';

/** One instance of a container whose log should be read now. */
export interface StartedInstance {
  readonly container: string;
  readonly attempt: number;
  /** It was the one before the current one by the time we looked. */
  readonly previous: boolean;
}

/**
 * Which instances have started since `seen` (container → newest attempt read so far). When instances end faster than
 * we look, the one before the newest is still there to be read; older ones are not.
 */
export function newInstances(pod: Pod, seen: ReadonlyMap<string, number>): readonly StartedInstance[] {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return statuses.flatMap((status) => newInstancesOf(status, seen.get(status.name) ?? -1));
}

function newInstancesOf(status: ContainerStatus, seen: number): readonly StartedInstance[] {
  const { name: container, restartCount: attempt, state } = status;
  const started = state?.running !== undefined || state?.terminated !== undefined;
  // Waiting for its restart: the instance that the count names has ended, and is what "current" reads.
  if (!started && status.lastState?.terminated === undefined) return [];
  if (attempt <= seen) return [];
  const current = { container, attempt, previous: false };
  return attempt - 1 > seen ? [{ container, attempt: attempt - 1, previous: true }, current] : [current];
}
