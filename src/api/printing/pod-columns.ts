import type { Pod } from '../schema/pod.js';
import { ageSince } from './duration.js';

/** One pod as a line of `kubectl get pods -o wide`. */
export interface PodColumns {
  readonly name: string;
  readonly ready: string;
  readonly status: string;
  readonly restarts: string;
  readonly age: string;
  readonly ip: string;
  readonly node: string;
  readonly nominatedNode: string;
  readonly readinessGates: string;
}

type PodStatus = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];

const NONE = '<none>';

/**
 * What kubectl's printer shows of a pod. `nowMs` is epoch milliseconds.
 * Source: printPod, pkg/printers/internalversion/printers.go.
 */
export function computePodColumns(pod: Pod, nowMs: number): PodColumns {
  const status = pod.status ?? {};
  const init = walkInitContainers(pod, status);
  const main =
    init.status === undefined || isConditionTrue(status, 'Initialized') ? walkMainContainers(status) : undefined;
  const restarts = main === undefined ? init.restarts : addRestarts(init.sidecarRestarts, main.restarts);
  const gates = pod.spec.readinessGates ?? [];
  const passed = gates.filter((gate) => isConditionTrue(status, gate.conditionType)).length;
  return {
    name: pod.metadata.name,
    ready: `${init.readySidecars + (main?.ready ?? 0)}/${init.sidecars + pod.spec.containers.length}`,
    status: podStatusText(pod, status, main?.status ?? init.status),
    restarts: restartsText(restarts, nowMs),
    age: ageSince(pod.metadata.creationTimestamp, nowMs),
    ip: status.podIPs?.[0]?.ip ?? status.podIP ?? NONE,
    node: pod.spec.nodeName ?? NONE,
    nominatedNode: status.nominatedNodeName ?? NONE,
    readinessGates: gates.length === 0 ? NONE : `${passed}/${gates.length}`,
  };
}

interface Restarts {
  readonly count: number;
  /** When the newest restart's predecessor ended, epoch milliseconds. */
  readonly lastMs?: number;
}

interface InitWalk {
  /** What the first unfinished init container is at; absent when all are done. */
  readonly status?: string;
  /** Of the init containers up to that one. */
  readonly restarts: Restarts;
  readonly sidecarRestarts: Restarts;
  readonly sidecars: number;
  readonly readySidecars: number;
}

function walkInitContainers(pod: Pod, status: PodStatus): InitWalk {
  const specs = pod.spec.initContainers ?? [];
  const sidecarNames = new Set(specs.filter((spec) => spec.restartPolicy === 'Always').map((spec) => spec.name));
  let restarts: Restarts = { count: 0 };
  let sidecarRestarts: Restarts = { count: 0 };
  let readySidecars = 0;
  let text: string | undefined;
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    restarts = addRestarts(restarts, restartsOf(container));
    const isSidecar = sidecarNames.has(container.name);
    if (isSidecar) sidecarRestarts = addRestarts(sidecarRestarts, restartsOf(container));
    if (container.state?.terminated?.exitCode === 0) continue;
    if (isSidecar && container.started === true) {
      if (container.ready) readySidecars += 1;
      continue;
    }
    text = initStatusText(container, index, specs.length);
    break;
  }
  const walk = { restarts, sidecarRestarts, sidecars: sidecarNames.size, readySidecars };
  return text === undefined ? walk : { ...walk, status: text };
}

function initStatusText(container: ContainerStatus, index: number, total: number): string {
  const { terminated, waiting } = container.state ?? {};
  if (terminated) {
    if (terminated.reason) return `Init:${terminated.reason}`;
    return terminated.signal ? `Init:Signal:${terminated.signal}` : `Init:ExitCode:${terminated.exitCode}`;
  }
  if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
  return `Init:${index}/${total}`;
}

interface MainWalk {
  /** The first container's reason, if any has one. */
  readonly status?: string;
  readonly ready: number;
  readonly restarts: Restarts;
}

function walkMainContainers(status: PodStatus): MainWalk {
  let text: string | undefined;
  let ready = 0;
  let restarts: Restarts = { count: 0 };
  for (const container of (status.containerStatuses ?? []).toReversed()) {
    restarts = addRestarts(restarts, restartsOf(container));
    const { waiting, terminated, running } = container.state ?? {};
    if (waiting?.reason) text = waiting.reason;
    else if (terminated?.reason) text = terminated.reason;
    else if (terminated) text = terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
    else if (container.ready && running) ready += 1;
  }
  if (text === 'Completed' && ready > 0) text = isConditionTrue(status, 'Ready') ? 'Running' : 'NotReady';
  return text === undefined ? { ready, restarts } : { status: text, ready, restarts };
}

function podStatusText(pod: Pod, status: PodStatus, containers: string | undefined): string {
  const terminal = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (pod.metadata.deletionTimestamp) {
    if (status.reason === 'NodeLost') return 'Unknown';
    if (!terminal) return 'Terminating';
  }
  const gated = status.conditions?.find((one) => one.type === 'PodScheduled' && one.reason === 'SchedulingGated');
  return containers ?? gated?.reason ?? (status.reason || (status.phase ?? 'Pending'));
}

function restartsText(restarts: Restarts, nowMs: number): string {
  if (restarts.count === 0 || restarts.lastMs === undefined) return String(restarts.count);
  return `${restarts.count} (${ageSince(new Date(restarts.lastMs).toISOString(), nowMs)} ago)`;
}

function restartsOf(container: ContainerStatus): Restarts {
  const count = container.restartCount;
  const lastMs = Date.parse(container.lastState?.terminated?.finishedAt ?? '');
  return Number.isNaN(lastMs) ? { count } : { count, lastMs };
}

function addRestarts(a: Restarts, b: Restarts): Restarts {
  const count = a.count + b.count;
  const lastMs = Math.max(a.lastMs ?? -Infinity, b.lastMs ?? -Infinity);
  return lastMs === -Infinity ? { count } : { count, lastMs };
}

const isConditionTrue = (status: PodStatus, type: string): boolean =>
  status.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
