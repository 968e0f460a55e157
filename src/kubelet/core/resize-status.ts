import type { ContainerStatus, PodCondition, PodStatus } from '../../api/schema/pod-status.js';
import { toRfc3339 } from '../../lib/time.js';
import type { ContainerView } from './container-view.js';
import { containerResize, pendingResize, resourcesStatus, type PendingResize } from './resize.js';
import type { SyncInput } from './sync-input.js';

const PENDING = 'PodResizePending';
const IN_PROGRESS = 'PodResizeInProgress';

/**
 * The status with what containers have of CPU and memory, and with what becomes of a change of it.
 *
 * @param now epoch milliseconds, the agent's clock
 * Source: kubelet pkg/kubelet/status/status_manager.go SetPodResizePendingCondition
 */
export function withResources(
  status: PodStatus,
  { node, pod }: SyncInput,
  views: readonly ContainerView[],
  now: number,
): PodStatus {
  if (node === undefined) return status;
  const viewOf = new Map(views.map((view) => [view.spec.name, view]));
  const changing = new Set(
    views.filter((view) => containerResize(pod, view) !== undefined).map(({ spec }) => spec.name),
  );
  const withTheirs = (one: ContainerStatus): ContainerStatus => {
    const view = viewOf.get(one.name);
    return view === undefined ? one : { ...one, ...resourcesStatus(view, !changing.has(one.name)) };
  };
  const pending = changing.size === 0 ? undefined : pendingResize(pod, node);
  const { conditions = [], containerStatuses, initContainerStatuses } = status;
  const others = conditions.filter(({ type }) => type !== PENDING && type !== IN_PROGRESS);
  const own = changing.size === 0 ? [] : [resizeCondition(pending, pod.status?.conditions ?? [], now)];
  return {
    ...status,
    conditions: [...own, ...others],
    ...(initContainerStatuses === undefined ? {} : { initContainerStatuses: initContainerStatuses.map(withTheirs) }),
    ...(containerStatuses === undefined ? {} : { containerStatuses: containerStatuses.map(withTheirs) }),
  };
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
