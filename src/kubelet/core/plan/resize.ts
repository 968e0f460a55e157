import { amountOf, podRequests } from '../../../api/pod-requests.js';
import type { ContainerStatus, Pod } from '../../../api/schema/pod.js';
import type { ResourceSettings } from '../../../runtime/resource-settings.js';
import type { ContainerView } from '../view/container-view.js';
import { shortages, type NodeRoom } from '../node/node-fit.js';
import { shortageText } from '../node/placement.js';
import { cpuAndMemory } from '../spec/resources.js';

/** Why a change of resources is not made. Source: kubelet pkg/kubelet/allocation */
export interface PendingResize {
  readonly reason: 'Infeasible' | 'Deferred';
  readonly message: string;
}

export type ContainerResize =
  | { readonly kind: 'update'; readonly resources: ResourceSettings }
  /** As its resizePolicy says. */
  | { readonly kind: 'restart' };

/** A resize that has to wait is looked at again after this long. */
export const RESIZE_RETRY_MS = 10_000;
/** Of these Docker can change a running container. */
const OF_CPU = ['cpuShares', 'cpuQuotaUs'] as const;
const OF_MEMORY = ['memoryBytes'] as const;

/**
 * How a running container becomes what the pod says of its CPU and memory. What the engine shows is compared with what is
 * wanted, so an interrupted change is made in the next round.
 */
export function containerResize(pod: Pod, { newest, spec }: ContainerView): ContainerResize | undefined {
  const actual = newest?.resources;
  if (newest?.state !== 'running' || actual === undefined) return undefined;
  const wanted = cpuAndMemory(pod, spec);
  // Docker cannot take a limit away again; validation does not let it be wanted.
  const differs = (field: keyof ResourceSettings): boolean =>
    wanted[field] !== undefined && wanted[field] !== actual[field];
  const cpu = OF_CPU.some(differs);
  const memory = OF_MEMORY.some(differs);
  if (!cpu && !memory) return undefined;
  const needsRestart = (spec.resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' && (resourceName === 'cpu' ? cpu : memory),
  );
  return needsRestart ? { kind: 'restart' } : { kind: 'update', resources: wanted };
}

/** Why the pod cannot have what it asks for now; undefined when it can. */
export function pendingResize(pod: Pod, room: NodeRoom): PendingResize | undefined {
  const wanted = podRequests(pod.spec);
  for (const name of ['cpu', 'memory']) {
    const capacity = amountOf(name, room.allocatable[name] ?? '0');
    const requested = wanted.get(name) ?? 0n;
    if (requested > capacity) {
      const message = `Node didn't have enough capacity: ${name}, requested: ${requested}, capacity: ${capacity}`;
      return { reason: 'Infeasible', message };
    }
  }
  const short = shortages(pod, room).find(({ resource }) => resource === 'cpu' || resource === 'memory');
  return short === undefined ? undefined : { reason: 'Deferred', message: shortageText(short) };
}

/**
 * What the status says of a container's resources: what it has. While that is not yet what the spec says, the last that
 * was published holds. Source: kubelet convertToAPIContainerResources
 */
export function resourcesStatus(
  { spec, stored }: ContainerView,
  isResized: boolean,
): Pick<ContainerStatus, 'allocatedResources' | 'resources'> {
  const { limits, requests } = spec.resources ?? {};
  if (limits === undefined && requests === undefined) return {};
  if (!isResized && stored?.resources !== undefined) {
    const { allocatedResources, resources } = stored;
    return { resources, ...(allocatedResources === undefined ? {} : { allocatedResources }) };
  }
  return {
    ...(requests === undefined ? {} : { allocatedResources: requests }),
    resources: { ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) },
  };
}
