import type { ContainerStatus, Pod } from '../api/schema/pod.js';
import type { Clock } from '../lib/clock.js';
import { KubeletteError } from '../lib/errors.js';
import type { ContainerRuntime } from '../runtime/runtime.js';
import type { RuntimeStreams } from '../runtime/streams.js';
import type { Store } from '../store/store.js';
import { podIdentity } from './core/view/pod-identity.js';
import { currentSandbox } from './core/view/sandbox-view.js';
import { chooseLogInstance } from './log-instance.js';
import type { LogReadOptions, LogStore } from './logs/log-store.js';
import type { ContainerTarget, LogRequestOptions, PodOperations } from './pod-operations.js';

/** The annotation kubectl reads to find the container meant when none is named. */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';
/** How long reading a log waits for what an ended container left in the engine. */
const LOG_DRAIN_MS = 30_000;
/** How long it waits for what a running container wrote before the request. */
const LOG_CATCH_UP_MS = 5_000;

export interface NodeOperationsOptions {
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  readonly streams: RuntimeStreams;
  readonly logs: LogStore;
  readonly clock: Pick<Clock, 'now'>;
}

/** PodOperations of this node: from names to what the engine knows, with the kubelet's words when it cannot be. */
export function nodeOperations({ clock, logs, runtime, store, streams }: NodeOperationsOptions): PodOperations {
  const findPod = ({ name, namespace }: ContainerTarget): Pod => {
    const pod = store.get<Pod>('Pod', `${namespace}/${name}`);
    if (pod === undefined) throw new KubeletteError('NotFound', `pods "${name}" not found`);
    return pod;
  };

  /** The lines have the engine's time. */
  const onItsClock = async (
    { lastMs, ...options }: LogRequestOptions,
    signal: AbortSignal,
  ): Promise<LogReadOptions> => {
    if (lastMs === undefined) return options;
    const { clockSkewMs } = await runtime.info(signal);
    return { ...options, sinceMs: clock.now() + clockSkewMs - lastMs };
  };

  return {
    exec: (target, request, signal) => streams.exec(runningId(findPod(target), target), request, signal),
    attach: (target, request, signal) => streams.attach(runningId(findPod(target), target), request, signal),
    async *logs({ previous, ...target }, asked, signal) {
      const pod = findPod(target);
      const container = containerName(pod, target);
      const { attempt, id, live } = chooseLogInstance(pod, container, containerStatus(pod, container), previous);
      const options = await onItsClock(asked, signal);
      // What has ended is complete once the pump has drained; what lives is complete when it has ended, then drained.
      let ended = !live;
      // The reader may stop before the container does.
      const read = new AbortController();
      const whileRead = AbortSignal.any([signal, read.signal]);
      if (ended) await logs.drained(id, LOG_DRAIN_MS, signal);
      else if (!options.follow) await logs.caughtUp(id, LOG_CATCH_UP_MS, signal);
      else {
        void untilEnded(store, pod, container, id, whileRead)
          .then(() => logs.drained(id, LOG_DRAIN_MS, whileRead))
          .catch(() => undefined)
          .finally(() => {
            ended = true;
          });
      }
      const reference = { pod: podIdentity(pod), container, attempt };
      try {
        yield* logs.read(reference, options, () => !ended, signal);
      } finally {
        read.abort();
      }
    },
    async dial(target, port, host, signal) {
      const pod = findPod(target);
      const sandbox = currentSandbox(await runtime.inspectPod(podIdentity(pod).uid, signal));
      if (sandbox === undefined) {
        throw new KubeletteError(
          'Conflict',
          `pod "${target.name}" has no running sandbox: it is ${pod.status?.phase ?? 'Pending'}`,
        );
      }
      return streams.dial(sandbox.id, { host, port }, signal);
    },
  };
}

/** The container meant: the named one, the pod's default one, or the first. */
function containerName(pod: Pod, { container, name }: ContainerTarget): string {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])];
  const wanted = container ?? pod.metadata.annotations?.[DEFAULT_CONTAINER] ?? pod.spec.containers[0]?.name ?? '';
  if (all.some((candidate) => candidate.name === wanted)) return wanted;
  throw new KubeletteError('NotFound', `container ${wanted} is not valid for pod ${name}`);
}

function containerStatus(pod: Pod, container: string): ContainerStatus | undefined {
  const { status } = pod;
  const all = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
  return all.find(({ name }) => name === container);
}

function runningId(pod: Pod, target: ContainerTarget): string {
  const container = containerName(pod, target);
  const status = containerStatus(pod, container);
  if (status?.state?.running !== undefined && status.containerID !== undefined) return engineId(status.containerID);
  throw new KubeletteError('Conflict', `container not found ("${container}"): it does not run in pod "${target.name}"`);
}

const engineId = (containerID: string): string => containerID.replace(/^docker:\/\//, '');

/** Resolves when this instance no longer runs, the pod is gone, or on abort. */
async function untilEnded(store: Store, pod: Pod, container: string, id: string, signal: AbortSignal): Promise<void> {
  const runs = (current: Pod | undefined): boolean => {
    if (current?.metadata.uid !== pod.metadata.uid) return false;
    const status = current === undefined ? undefined : containerStatus(current, container);
    return (
      status?.state?.running !== undefined && status.containerID !== undefined && engineId(status.containerID) === id
    );
  };
  const { items, resourceVersion } = store.list<Pod>('Pod', { namespace: podIdentity(pod).namespace });
  if (!runs(items.find(({ metadata }) => metadata.name === pod.metadata.name))) return;
  for await (const { object, type } of store.watch<Pod>('Pod', resourceVersion, signal)) {
    if (object.metadata.uid === pod.metadata.uid && (type === 'DELETED' || !runs(object))) return;
  }
}
