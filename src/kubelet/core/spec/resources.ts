import type { Container, Pod, PodSpec, ResourceRequirements } from '../../../api/schema/pod.js';
import { milliValue, wholeValue } from '../../../api/quantity.js';
import { once } from '../../../lib/once.js';
import type { ResourceSettings } from '../../../runtime/resource-settings.js';
import { oomScoreAdj } from './oom-score.js';

const CPU_PERIOD_US = 100_000;
const MIN_CPU_QUOTA_US = 1_000;
const MIN_CPU_SHARES = 2;
const MAX_CPU_SHARES = 262_144;
const SHARES_PER_CPU = 1_024;

export interface NodeResources {
  /** Of the node, an amount. */
  readonly memoryCapacity: string;
  /** Of each container; absent: none. */
  readonly podPidsLimit?: number;
}

/** All that a container is held to. */
export function resourceSettings(pod: Pod, container: Container, node: NodeResources): ResourceSettings {
  return {
    ...(node.podPidsLimit === undefined ? {} : { pidsLimit: node.podPidsLimit }),
    oomScoreAdj: oomScoreAdj(pod, container, node.memoryCapacity),
    ...cpuAndMemory(pod, container),
  };
}

/**
 * Requests and limits as cgroup values, which may change while a container runs. There is no cgroup of the pod, so its limits bind each container that has none of
 * its own. Source: kubelet MilliCPUToShares and MilliCPUToQuota, pkg/kubelet/cm.
 */
export const cpuAndMemory = ({ spec }: Pod, container: Container): ResourceSettings => cpuAndMemoryIn(spec)(container);

const cpuAndMemoryIn = once(({ resources: ofPod }: PodSpec) =>
  once(({ resources }: Container) => toSettings(ofPod, resources)),
);

function toSettings(
  ofPod: ResourceRequirements | undefined,
  resources: ResourceRequirements | undefined,
): ResourceSettings {
  const limits = { ...ofPod?.limits, ...resources?.limits };
  const requests = resources?.requests ?? {};
  const cpuRequest = requests['cpu'] ?? limits['cpu'];
  const cpuLimit = Number(milliValue(limits['cpu'] ?? '0'));
  const memory = limits['memory'];
  return {
    cpuShares: shares(cpuRequest === undefined ? 0 : Number(milliValue(cpuRequest))),
    // A limit of 0 is no limit.
    ...(cpuLimit === 0 ? {} : { cpuPeriodUs: CPU_PERIOD_US, cpuQuotaUs: quota(cpuLimit) }),
    ...(memory === undefined ? {} : { memoryBytes: Number(wholeValue(memory)) }),
  };
}

const shares = (milliCpu: number): number =>
  Math.min(MAX_CPU_SHARES, Math.max(MIN_CPU_SHARES, Math.floor((milliCpu * SHARES_PER_CPU) / 1000)));

const quota = (milliCpu: number): number => Math.max(MIN_CPU_QUOTA_US, (milliCpu * CPU_PERIOD_US) / 1000);
