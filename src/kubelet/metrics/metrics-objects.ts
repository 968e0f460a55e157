import type { Pod } from '../../api/schema/pod.js';
import { goDuration, toRfc3339 } from '../../lib/time.js';
import type { Usage } from './usage.js';

const API_VERSION = 'metrics.k8s.io/v1beta1';

interface ObjectMetrics {
  readonly apiVersion: typeof API_VERSION;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  /** End of the window. */
  readonly timestamp: string;
  /** As Go prints durations. */
  readonly window: string;
}

export interface ResourceUsage {
  /** Thousandths of a CPU: `12m`. */
  readonly cpu: string;
  /** Mebibytes: `23Mi`. */
  readonly memory: string;
}

export interface PodMetrics extends ObjectMetrics {
  readonly kind: 'PodMetrics';
  readonly containers: readonly { readonly name: string; readonly usage: ResourceUsage }[];
}

export interface NodeMetrics extends ObjectMetrics {
  readonly kind: 'NodeMetrics';
  readonly usage: ResourceUsage;
}

/**
 * What `kubectl top pod` shows; undefined while nothing of the pod is known to run. Pure.
 *
 * @param usages of the pod's running containers, by name
 * @param now epoch milliseconds, the agent's clock
 */
export function toPodMetrics(pod: Pod, usages: ReadonlyMap<string, Usage>, now: number): PodMetrics | undefined {
  const { labels, name, namespace } = pod.metadata;
  if (usages.size === 0) return undefined;
  return {
    kind: 'PodMetrics',
    apiVersion: API_VERSION,
    metadata: {
      name,
      namespace: namespace ?? 'default',
      creationTimestamp: toRfc3339(now),
      ...(labels === undefined ? {} : { labels }),
    },
    ...span([...usages.values()]),
    containers: [...usages].map(([container, usage]) => ({ name: container, usage: toResources(usage) })),
  };
}

/** What `kubectl top node` shows. Pure. */
export const toNodeMetrics = (
  name: string,
  labels: Readonly<Record<string, string>>,
  usage: Usage,
  now: number,
): NodeMetrics => ({
  kind: 'NodeMetrics',
  apiVersion: API_VERSION,
  metadata: { name, creationTimestamp: toRfc3339(now), labels },
  ...span([usage]),
  usage: toResources(usage),
});

/** The latest moment, and the window of that container. */
function span(usages: readonly Usage[]): Pick<ObjectMetrics, 'timestamp' | 'window'> {
  const latest = usages.reduce((best, usage) => (usage.sample.takenAt > best.sample.takenAt ? usage : best));
  return { timestamp: toRfc3339(latest.sample.takenAt), window: goDuration(Math.round(latest.windowMs)) };
}

/** Rounded up, as kubectl does with finer numbers: what runs uses something. */
const toResources = ({ cpuNanoCores, sample }: Usage): ResourceUsage => ({
  cpu: `${Math.ceil(cpuNanoCores / 1e6)}m`,
  memory: `${Math.ceil(sample.memory.workingSetBytes / 2 ** 20)}Mi`,
});
