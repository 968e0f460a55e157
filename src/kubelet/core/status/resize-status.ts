import type { ContainerStatus, PodCondition } from '../../../api/schema/pod-status.js';
import type { Pod } from '../../../api/schema/pod.js';
import { toRfc3339 } from '../../../lib/time.js';
import type { ContainerView, ContainerViews } from '../view/container-view.js';
import type { NodeRoom } from '../node/node-fit.js';
import { containerResize, pendingResize, resourcesStatus, type PendingResize } from '../plan/resize.js';

const PENDING = 'PodResizePending';
const IN_PROGRESS = 'PodResizeInProgress';

/** What a container has of CPU and memory is added to its status. */
export function addResources(status: ContainerStatus, pod: Pod, view: ContainerView): void {
  const { limits, requests } = view.spec.resources ?? {};
  if (limits === undefined && requests === undefined) return;
  const { allocatedResources, resources } = resourcesStatus(view, containerResize(pod, view) === undefined);
  if (allocatedResources !== undefined) status.allocatedResources = allocatedResources;
  if (resources !== undefined) status.resources = resources;
}

/**
 * The conditions with what becomes of a change of CPU and memory.
 *
 * @param now epoch milliseconds, the agent's clock
 * Source: kubelet pkg/kubelet/status/status_manager.go SetPodResizePendingCondition
 */
export function withResizes(
  conditions: readonly PodCondition[],
  pod: Pod,
  room: NodeRoom,
  { members }: ContainerViews,
  now: number,
): PodCondition[] {
  const others = conditions.filter(({ type }) => type !== PENDING && type !== IN_PROGRESS);
  if (members.every((view) => containerResize(pod, view) === undefined)) return others;
  return [resizeCondition(pendingResize(pod, room), pod.status?.conditions ?? [], now), ...others];
}

function resizeCondition(
  pending: PendingResize | undefined,
  previous: readonly PodCondition[],
  now: number,
): PodCondition {
  const type = pending === undefined ? IN_PROGRESS : PENDING;
  const before = previous.find((condition) => condition.type === type);
  return { type, status: 'True', ...pending, lastTransitionTime: before?.lastTransitionTime ?? toRfc3339(now) };
}
