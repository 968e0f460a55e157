import type { ObservedContainer, ObservedPod } from '../../runtime/observed.js';
import { parseRfc3339 } from '../../lib/time.js';
import { lastExitCode, type ContainerView } from './container-view.js';
import type { PodAction, PodPlan } from './pod-action.js';
import { restartsAfter } from './restart-policy.js';
import { isLive, judgeSandbox } from './sandbox-view.js';
import type { SyncInput } from './sync-input.js';

interface Views {
  readonly inits: readonly ContainerView[];
  readonly apps: readonly ContainerView[];
}

/** No stop timeout is shorter. Source: kubelet minimumGracePeriodInSeconds. */
const MINIMUM_GRACE_SECONDS = 2;

/** Will nothing of this pod ever start again? Then it is stopped and stays stopped. */
export function isFinished(input: SyncInput, views: Views): boolean {
  const { pod } = input;
  if (pod.metadata.deletionTimestamp !== undefined) return true;
  if (isTerminalPhase(pod.status?.phase)) return true;
  if (views.inits.some(hasFailedForGood)) return true;
  if (views.apps.every(hasEnded)) return true;
  return lostItsOnlyChance(input, views);
}

export const isTerminalPhase = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed';

/** A regular init container that failed and may not be tried again fails the pod. */
const hasFailedForGood = (view: ContainerView): boolean => {
  if (view.kind !== 'init') return false;
  const exitCode = lastExitCode(view);
  if (exitCode === undefined) return false;
  return (exitCode !== 0 || view.newest?.oomKilled === true) && view.restartPolicy === 'Never';
};

const hasEnded = (view: ContainerView): boolean => {
  const exitCode = lastExitCode(view);
  return exitCode !== undefined && !restartsAfter(view.restartPolicy, exitCode);
};

/** With policy Never a pod that ran in a sandbox does not get another one: it ends. Source: kubelet computePodActions. */
function lostItsOnlyChance({ observed, pod }: SyncInput, { inits, apps }: Views): boolean {
  if (!apps.every((view) => view.restartPolicy === 'Never')) return false;
  if (judgeSandbox(observed, pod.spec.hostNetwork === true).kind === 'good') return false;
  return [...inits, ...apps].some((view) => view.records.some((record) => record.state !== 'created') || hasRun(view));
}

const hasRun = ({ stored }: ContainerView): boolean =>
  stored?.state?.running !== undefined ||
  stored?.state?.terminated !== undefined ||
  stored?.lastState?.terminated !== undefined;

/**
 * Stop everything, main containers first, then sidecars in reverse order, then the sandbox; when nothing runs any more
 * and the pod is being deleted, remove it. Each round does what the facts allow; killing waits until it is done.
 * Source: kubelet killPod and kuberuntime_termination_order.go.
 */
export function planTermination(input: SyncInput, views: Views): PodPlan {
  const { observed, pod } = input;
  const live = observed.containers.filter((container) => isLive(container.state));
  if (live.length > 0 || observed.sandboxes.some((sandbox) => sandbox.ready)) {
    const graceSeconds = graceLeft(input, views);
    return {
      phase: 'terminating',
      actions: stopNext(observed, live, sidecarOrder(views), graceSeconds),
      waiting: new Map(),
    };
  }
  const forget = pod.metadata.deletionTimestamp !== undefined;
  return {
    phase: 'terminated',
    actions: forget ? removeAll(observed) : keepLastInstances(observed),
    waiting: new Map(),
  };
}

/** The plan for containers whose pod nobody wants: killed with a grace of 1 s (raised to the minimum) and removed. */
export function planOrphan(observed: ObservedPod): PodPlan {
  const live = observed.containers.filter((container) => isLive(container.state));
  if (live.length > 0 || observed.sandboxes.some((sandbox) => sandbox.ready)) {
    return {
      phase: 'terminating',
      actions: stopNext(observed, live, new Map(), MINIMUM_GRACE_SECONDS),
      waiting: new Map(),
    };
  }
  return { phase: 'terminated', actions: removeAll(observed), waiting: new Map() };
}

/** Sidecars by name with their place in the spec. */
const sidecarOrder = (views: Views): ReadonlyMap<string, number> =>
  new Map(views.inits.flatMap((view, index) => (view.kind === 'sidecar' ? [[view.spec.name, index] as const] : [])));

function stopNext(
  observed: ObservedPod,
  live: readonly ObservedContainer[],
  sidecars: ReadonlyMap<string, number>,
  graceSeconds: number,
): PodAction[] {
  const kill = (container: ObservedContainer): PodAction => ({
    kind: 'killContainer',
    id: container.id,
    name: container.name,
    containerKind: container.kind,
    graceSeconds,
    message: `Stopping container ${container.name}`,
  });
  const stopSandboxes: PodAction[] = observed.sandboxes
    .filter((sandbox) => sandbox.ready)
    .map(({ id }) => ({ kind: 'stopSandbox', id }));
  const others = live.filter((container) => !sidecars.has(container.name));
  const liveSidecars = live
    .filter((container) => sidecars.has(container.name))
    .sort((a, b) => (sidecars.get(b.name) ?? 0) - (sidecars.get(a.name) ?? 0));
  if (liveSidecars.length === 0) return [...others.map(kill), ...stopSandboxes];
  // A sidecar stops after everything that may need it. When the grace is used up, nobody waits for anybody.
  if (graceSeconds <= MINIMUM_GRACE_SECONDS) return [...live.map(kill), ...stopSandboxes];
  if (others.length > 0) return others.map(kill);
  return liveSidecars.slice(0, 1).map(kill);
}

/**
 * Seconds a container still gets. A deletion's deadline is on the object, so that an agent restart in the middle does
 * not start the grace period again; a finished pod's sidecars count from the end of its last main container.
 */
function graceLeft({ clockSkewMs = 0, now, pod }: SyncInput, { apps }: Views): number {
  const specified = pod.spec.terminationGracePeriodSeconds ?? 30;
  const deletion = parseRfc3339(pod.metadata.deletionTimestamp);
  if (deletion !== undefined) {
    // The deadline was cut to whole seconds, so it may be almost a second later; never before, never more than granted.
    const granted = pod.metadata.deletionGracePeriodSeconds ?? Infinity;
    return Math.max(MINIMUM_GRACE_SECONDS, Math.min(granted, Math.ceil((deletion + clockSkewMs + 999 - now) / 1000)));
  }
  const ends = apps.map((view) => view.newest?.finishedAt ?? now);
  const usedSeconds = Math.floor(Math.max(0, now - Math.max(...ends)) / 1000);
  return Math.max(MINIMUM_GRACE_SECONDS, specified - usedSeconds);
}

/** Containers, sandboxes, then volumes, logs and last the object: a crash in between is simply resumed. */
const removeAll = (observed: ObservedPod): PodAction[] => [
  ...observed.containers.map(({ attempt, id, name }): PodAction => ({ kind: 'removeContainer', id, name, attempt })),
  ...observed.sandboxes.map(({ id }): PodAction => ({ kind: 'removeSandbox', id })),
  { kind: 'forgetPod' },
];

/** A finished pod keeps one dead instance of each container, for its logs. */
const keepLastInstances = (observed: ObservedPod): PodAction[] =>
  observed.containers
    .filter((container, index) => observed.containers.findIndex((other) => other.name === container.name) !== index)
    .map(({ attempt, id, name }) => ({ kind: 'removeContainer', id, name, attempt }));
