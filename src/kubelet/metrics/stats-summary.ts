import type { PodIdentity } from '../../runtime/observed.js';
import type { ContainerSample } from '../../runtime/stats.js';
import { toRfc3339 } from '../../lib/time.js';
import type { Usage } from './usage.js';

/** The kubelet's `/stats/summary`, as far as it can be told. Unknown numbers are absent, not zero. */
export interface StatsSummary {
  readonly node: { readonly nodeName: string; readonly startTime: string } & Partial<Consumption>;
  readonly pods: readonly PodStats[];
}

interface PodStats extends Partial<Consumption> {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly startTime: string;
  readonly containers: readonly ({ readonly name: string; readonly startTime: string } & Consumption)[];
  readonly network?: NetworkStats;
}

interface Consumption {
  readonly cpu: {
    readonly time: string;
    readonly usageNanoCores: number;
    readonly usageCoreNanoSeconds: number;
  };
  readonly memory: {
    readonly time: string;
    readonly availableBytes?: number;
    readonly usageBytes: number;
    readonly workingSetBytes: number;
    readonly rssBytes?: number;
    readonly pageFaults?: number;
    readonly majorPageFaults?: number;
  };
}

interface InterfaceStats {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly txBytes: number;
  readonly txErrors: number;
}

interface NetworkStats extends InterfaceStats {
  readonly time: string;
  readonly interfaces: readonly InterfaceStats[];
}

export interface PodUsage {
  readonly pod: PodIdentity;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly containers: readonly { readonly name: string; readonly startedAt: number; readonly usage: Usage }[];
}

/**
 * Source: kubelet pkg/kubelet/server/stats and staging/src/k8s.io/kubelet/pkg/apis/stats/v1alpha1. Pure.
 *
 * @param node.usage of the whole machine, where it is known
 */
export function toStatsSummary(
  node: { readonly name: string; readonly startedAt: number; readonly usage?: Usage },
  pods: readonly PodUsage[],
): StatsSummary {
  return {
    node: {
      nodeName: node.name,
      startTime: toRfc3339(node.startedAt),
      ...(node.usage === undefined ? {} : toConsumption(node.usage)),
    },
    pods: pods.filter(({ containers }) => containers.length > 0).map(toPodStats),
  };
}

function toPodStats({ containers, pod: { name, namespace, uid }, startedAt }: PodUsage): PodStats {
  const total = addUsages(containers.map(({ usage }) => usage));
  const network = containers.map(({ usage }) => toNetwork(usage.sample)).find((stats) => stats !== undefined);
  return {
    podRef: { name, namespace, uid },
    startTime: toRfc3339(startedAt),
    containers: containers.map((container) => ({
      name: container.name,
      startTime: toRfc3339(container.startedAt),
      ...toConsumption(container.usage),
    })),
    ...(total === undefined ? {} : toConsumption(total)),
    ...(network === undefined ? {} : { network }),
  };
}

/** What several containers used together; undefined of none. A limit of one is not a limit of all. */
export function addUsages(usages: readonly Usage[]): Usage | undefined {
  const [first, ...others] = usages;
  if (first === undefined) return undefined;
  const memory = withoutLimit(first.sample.memory);
  const start: Usage = { ...first, sample: { ...first.sample, memory, networks: [] } };
  return others.reduce(
    (sum, { cpuNanoCores, sample, windowMs }) => ({
      cpuNanoCores: sum.cpuNanoCores + cpuNanoCores,
      windowMs: Math.max(sum.windowMs, windowMs),
      sample: {
        takenAt: Math.max(sum.sample.takenAt, sample.takenAt),
        cpuNanos: sum.sample.cpuNanos + sample.cpuNanos,
        memory: addMemory(sum.sample.memory, sample.memory),
        networks: [],
      },
    }),
    start,
  );
}

type Memory = ContainerSample['memory'];

const withoutLimit = ({ limitBytes: _, ...memory }: Memory): Memory => memory;

function addMemory(a: Memory, b: Memory): Memory {
  const sum: { -readonly [K in keyof Memory]: Memory[K] } = {
    usageBytes: a.usageBytes + b.usageBytes,
    workingSetBytes: a.workingSetBytes + b.workingSetBytes,
  };
  for (const key of ['rssBytes', 'pageFaults', 'majorPageFaults'] as const) {
    const [left, right] = [a[key], b[key]];
    if (left !== undefined && right !== undefined) sum[key] = left + right;
  }
  return sum;
}

function toConsumption({ cpuNanoCores, sample }: Usage): Consumption {
  const { limitBytes, ...memory } = sample.memory;
  const time = toRfc3339(sample.takenAt);
  const available =
    limitBytes === undefined ? {} : { availableBytes: Math.max(0, limitBytes - memory.workingSetBytes) };
  return {
    cpu: { time, usageNanoCores: cpuNanoCores, usageCoreNanoSeconds: sample.cpuNanos },
    memory: { time, ...available, ...memory },
  };
}

/** `eth0` stands for the pod, as in the kubelet; without one, the first. */
function toNetwork({ networks, takenAt }: ContainerSample): NetworkStats | undefined {
  const main = networks.find(({ name }) => name === 'eth0') ?? networks[0];
  return main === undefined ? undefined : { time: toRfc3339(takenAt), ...main, interfaces: networks };
}
