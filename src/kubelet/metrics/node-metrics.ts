import type { Node } from '../../api/schema/node.js';
import type { Pod } from '../../api/schema/pod.js';
import type { Clock } from '../../lib/clock.js';
import type { ObservedContainer, ObservedPod } from '../../runtime/observed.js';
import type { ContainerSample } from '../../runtime/stats.js';
import type { Store } from '../../store/store.js';
import { toNodeMetrics, toPodMetrics, type NodeMetrics, type PodMetrics } from './metrics-objects.js';
import { addUsages, toStatsSummary, type PodUsage, type StatsSummary } from './stats-summary.js';
import type { Usage } from './usage.js';
import { UsageCollector } from './usage-collector.js';

/** What pods and node use, for `kubectl top` and whoever reads `/stats/summary`. */
export interface MetricsSource {
  /** Of pods with a running container. @param namespace absent: of all */
  pods(namespace: string | undefined, signal: AbortSignal): Promise<readonly PodMetrics[]>;
  /** Undefined while nothing is known of the machine. */
  node(signal: AbortSignal): Promise<NodeMetrics | undefined>;
  summary(signal: AbortSignal): Promise<StatsSummary>;
}

export interface NodeMetricsOptions {
  readonly store: Store;
  readonly nodeName: string;
  /** A listing of the engine, as fresh as it should be. */
  readonly observedPods: (signal: AbortSignal) => Promise<readonly ObservedPod[]>;
  readonly sample: (containerId: string, signal: AbortSignal) => Promise<ContainerSample | undefined>;
  /** Of the machine the engine runs on; absent when the agent runs on another: then the sum of the pods stands for it. */
  readonly machine?: () => ContainerSample;
  readonly clock: Clock;
}

/** In the place of a container's id. */
const MACHINE = 'machine';

/** Asks the engine when asked, and only then. */
export function nodeMetrics(options: NodeMetricsOptions): MetricsSource {
  const { clock, machine, nodeName, observedPods, store } = options;
  const startedAt = clock.now();
  const collector = new UsageCollector({
    sample: async (id, signal) => (id === MACHINE ? machine?.() : options.sample(id, signal)),
    clock,
  });
  const stored = (): ReadonlyMap<string, Pod> =>
    new Map(store.list<Pod>('Pod').items.map((pod) => [pod.metadata.uid ?? '', pod]));

  async function collect(
    wanted: (pod: ObservedPod) => boolean,
    withMachine: boolean,
    signal: AbortSignal,
  ): Promise<{ pods: readonly PodUsage[]; machine: Usage | undefined }> {
    const pods = (await observedPods(signal)).filter(wanted);
    const ids = pods.flatMap((pod) => running(pod).map(({ id }) => id));
    const usages = await collector.collect(withMachine && machine !== undefined ? [...ids, MACHINE] : ids, signal);
    return { pods: pods.map((pod) => podUsage(pod, usages)), machine: usages.get(MACHINE) };
  }

  const sum = (pods: readonly PodUsage[]): Usage | undefined =>
    addUsages(pods.flatMap(({ containers }) => containers.map(({ usage }) => usage)));

  return {
    async pods(namespace, signal) {
      const { pods } = await collect((pod) => namespace === undefined || pod.namespace === namespace, false, signal);
      const known = stored();
      return pods.flatMap(({ containers, pod: { uid } }) => {
        const pod = known.get(uid);
        const usages = new Map(containers.map(({ name, usage }) => [name, usage]));
        const metrics = pod === undefined ? undefined : toPodMetrics(pod, usages, clock.now());
        return metrics === undefined ? [] : [metrics];
      });
    },
    async node(signal) {
      const all = await collect(() => machine === undefined, true, signal);
      const usage = all.machine ?? sum(all.pods);
      const labels = store.get<Node>('Node', nodeName)?.metadata.labels ?? {};
      return usage === undefined ? undefined : toNodeMetrics(nodeName, labels, usage, clock.now());
    },
    async summary(signal) {
      const all = await collect(() => true, true, signal);
      const usage = all.machine ?? sum(all.pods);
      return toStatsSummary({ name: nodeName, startedAt, ...(usage === undefined ? {} : { usage }) }, all.pods);
    },
  };
}

const running = ({ containers }: ObservedPod): readonly ObservedContainer[] =>
  containers.filter(({ state }) => state === 'running');

function podUsage(pod: ObservedPod, usages: ReadonlyMap<string, Usage>): PodUsage {
  const { name, namespace, uid } = pod;
  return {
    pod: { name, namespace, uid },
    startedAt: pod.sandboxes[0]?.startedAt ?? pod.sandboxes[0]?.createdAt ?? 0,
    containers: running(pod).flatMap((container) => {
      const usage = usages.get(container.id);
      const startedAt = container.startedAt ?? container.createdAt;
      return usage === undefined ? [] : [{ name: container.name, startedAt, usage }];
    }),
  };
}
