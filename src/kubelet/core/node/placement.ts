import type { Pod, PodStatus } from '../../../api/schema/pod.js';
import { toRfc3339 } from '../../../lib/time.js';
import { hasPortConflict, shortages, type NodeRoom, type Shortage } from './node-fit.js';
import { needsAppArmor } from '../spec/security.js';
import { forbiddenSysctl } from '../spec/sysctls.js';

/** May a pod have its part of the node? */
export type Placement =
  | { readonly kind: 'fits' }
  /** Not yet. Until somebody makes room it waits, as one that no node of a cluster can take. */
  | { readonly kind: 'waits'; readonly message: string }
  /** Not ever: it was meant for this node. */
  | { readonly kind: 'rejected'; readonly reason: string; readonly message: string };

/**
 * What this node does for no pod, however much room there is; undefined: nothing is in the way.
 *
 * @param appArmor the kernel of the engine's machine enforces AppArmor profiles
 * Source: kubelet pkg/kubelet/sysctl/allowlist.go; pkg/kubelet/lifecycle/handlers.go appArmorAdmitHandler
 */
export function refusal(pod: Pod, appArmor: boolean): Exclude<Placement, { kind: 'fits' }> | undefined {
  const forbidden = forbiddenSysctl(pod);
  if (forbidden !== undefined) return { kind: 'rejected', reason: 'SysctlForbidden', message: forbidden };
  if (appArmor || !needsAppArmor(pod)) return undefined;
  const message = 'Cannot enforce AppArmor: AppArmor is not enabled on the host';
  return { kind: 'rejected', reason: 'AppArmor', message };
}

const NO_FREE_PORTS = "node(s) didn't have free ports for the requested pod ports";

/**
 * Static pods are for this node and no other, so they are rejected when they do not fit, as a kubelet does it; all others
 * wait, as in a cluster with one node. A pod that is to be rejected is so for the first of all reasons.
 *
 * Source: kubelet pkg/kubelet/lifecycle/predicate.go; kube-scheduler FitError
 */
export function decidePlacement(pod: Pod, room: NodeRoom, isStatic: boolean): Placement {
  const short = shortages(pod, room).filter(({ resource }) => !isStatic || !isExtended(resource));
  const noPorts = hasPortConflict(pod, room.others);
  const [first] = short;
  if (first === undefined && !noPorts) return { kind: 'fits' };
  if (!isStatic) {
    const reasons = [...short.map(unschedulableText), ...(noPorts ? [NO_FREE_PORTS] : [])];
    return { kind: 'waits', message: `0/1 nodes are available: ${reasons.map((text) => `1 ${text}`).join(', ')}.` };
  }
  return first === undefined
    ? { kind: 'rejected', reason: 'NodePorts', message: `Predicate NodePorts failed: ${NO_FREE_PORTS}` }
    : { kind: 'rejected', reason: `OutOf${first.resource}`, message: shortageText(first) };
}

export const shortageText = ({ capacity, requested, resource, used }: Shortage): string =>
  `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;

const unschedulableText = ({ resource }: Shortage): string =>
  resource === 'pods' ? 'Too many pods' : `Insufficient ${resource}`;

/** Devices of a cluster, which a kubelet need not know. */
const isExtended = (resource: string): boolean => resource.includes('/');

/** Has it been given its part? It keeps it until it has ended, also across agents. */
export const isPlaced = ({ status }: Pod): boolean =>
  status?.conditions?.some((condition) => condition.type === 'PodScheduled' && condition.status === 'True') === true;

/** It stands in line for its part. */
export const isWaiting = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ reason, type }) => type === 'PodScheduled' && reason === 'Unschedulable') === true;

export const isRejected = ({ status }: Pod): boolean =>
  status?.phase === 'Failed' && status.message?.startsWith(REJECTED) === true && status.containerStatuses === undefined;

const REJECTED = 'Pod was rejected: ';

/** @param now epoch milliseconds, the agent's clock */
export function unplacedStatus(pod: Pod, placement: Exclude<Placement, { kind: 'fits' }>, now: number): PodStatus {
  const { qosClass } = pod.status ?? {};
  const kept = qosClass === undefined ? {} : { qosClass };
  const { message } = placement;
  if (placement.kind === 'rejected')
    return {
      phase: 'Failed',
      reason: placement.reason,
      message: `${REJECTED}${message}`,
      startTime: toRfc3339(now),
      ...kept,
    };
  const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const lastTransitionTime = before?.lastTransitionTime ?? toRfc3339(now);
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime,
  } as const;
  return { phase: 'Pending', conditions: [condition], ...kept };
}
