import { wholeValue } from '../../../api/quantity.js';
import { computeQosClass } from '../../../api/qos.js';
import type { Container, Pod } from '../../../api/schema/pod.js';

/** Source: kubelet pkg/kubelet/qos/policy.go */
const GUARANTEED = -997;
const BEST_EFFORT = 1000;
/** What burstable containers may get: killed before guaranteed ones, and after those of best effort. */
const LEAST = 1000 + GUARANTEED;
const MOST = BEST_EFFORT - 1;
const NODE_CRITICAL = 'system-node-critical';

/**
 * Who goes first when the machine is out of memory: the less of it a container has asked for, the higher. A sidecar does not
 * go before the main containers.
 *
 * @param memoryCapacity of the node, an amount
 * Source: kubelet GetContainerOOMScoreAdjust, pkg/kubelet/qos/policy.go
 */
export function oomScoreAdj(pod: Pod, container: Container, memoryCapacity: string): number {
  if (pod.spec.priorityClassName === NODE_CRITICAL) return GUARANTEED;
  const qos = computeQosClass(pod.spec);
  if (qos === 'Guaranteed') return GUARANTEED;
  if (qos === 'BestEffort') return BEST_EFFORT;
  const score = (one: Container): number => burstableScore(one, wholeValue(memoryCapacity));
  return isSidecar(pod, container)
    ? Math.min(score(container), Math.max(...pod.spec.containers.map(score)))
    : score(container);
}

function burstableScore({ resources }: Container, capacity: bigint): number {
  const request = wholeValue(resources?.requests?.['memory'] ?? '0');
  const score = capacity === 0n ? MOST : 1000 - Number((1000n * request) / capacity);
  return Math.min(MOST, Math.max(LEAST, score));
}

const isSidecar = ({ spec }: Pod, { name }: Container): boolean =>
  (spec.initContainers ?? []).some((one) => one.name === name && one.restartPolicy === 'Always');
