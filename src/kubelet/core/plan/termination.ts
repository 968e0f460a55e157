import type { Pod } from '../../../api/schema/pod.js';
import type { ObservedPod } from '../../../runtime/observed.js';
import { parseRfc3339 } from '../../../lib/time.js';
import {
  LOST_EXIT_CODE,
  lastExitCode,
  ranOutOfMemory,
  type ContainerView,
  type ContainerViews,
} from '../view/container-view.js';
import { DEADLINE_EXCEEDED, deadlineAt } from './deadline.js';
import { EVICTED } from './eviction.js';
import type { PodAction, PodPlan } from './pod-action.js';
import { willRestartAll } from './restart-all.js';
import { restartsAfter } from './restart-policy.js';
import { isLive, judgeSandbox } from '../view/sandbox-view.js';
import { stopAll } from './stop-order.js';
import type { SyncInput } from './sync-input.js';

/** Source: kubelet, a pod without a spec is killed with this override. */
const ORPHAN_GRACE_SECONDS = 1;

/** Will nothing of this pod ever start again? Then it is stopped and stays stopped. */
export function isFinished(input: SyncInput, views: ContainerViews): boolean {
  const { pod } = input;
  if (pod.metadata.deletionTimestamp !== undefined) return true;
  if (isTerminalPhase(pod.status?.phase)) return true;
  if (hasExceededDeadline(input, views)) return true;
  if (willRestartAll(pod, views)) return false;
  return hasEndedItself(views) || lostItsOnlyChance(input, views);
}

const hasEndedItself = ({ apps, inits }: ContainerViews): boolean =>
  inits.some(hasFailedForGood) || apps.every(hasEnded);

/** Was it still at work when its deadline came? One that had ended before has nothing to do with it. */
function hasExceededDeadline(input: SyncInput, views: ContainerViews): boolean {
  const at = deadlineAt(input);
  if (at === undefined || input.now < at || isTerminalPhase(input.pod.status?.phase)) return false;
  if (input.pod.metadata.deletionTimestamp !== undefined) return false;
  const ends = views.members.filter(({ kind, newest }) => kind !== 'sidecar' && newest !== undefined);
  return !hasEndedItself(views) || ends.some(({ newest }) => (newest?.finishedAt ?? Infinity) >= at);
}

export const isTerminalPhase = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed';

/** A regular init container that failed and may not be tried again fails the pod. */
const hasFailedForGood = (view: ContainerView): boolean => {
  if (view.kind !== 'init') return false;
  const exitCode = lastExitCode(view);
  if (exitCode === undefined) return false;
  // Out of memory is a failure also with 0, which no policy but Never forgives.
  const restarts = exitCode === 0 ? view.restartPolicy !== 'Never' : restartsAfter(view, exitCode);
  return (exitCode !== 0 || ranOutOfMemory(view)) && !restarts;
};

const hasEnded = (view: ContainerView): boolean => {
  const exitCode = lastExitCode(view);
  return exitCode !== undefined && !restartsAfter(view, exitCode);
};

/** With policy Never a pod that ran in a sandbox does not get another one: it ends. Source: kubelet computePodActions. */
function lostItsOnlyChance({ observed, pod }: SyncInput, { apps, members }: ContainerViews): boolean {
  const never = (view: ContainerView): boolean =>
    view.restartPolicy === 'Never' && !restartsAfter(view, lastExitCode(view) ?? LOST_EXIT_CODE);
  if (!apps.every(never)) return false;
  if (judgeSandbox(observed, pod.spec.hostNetwork === true).kind === 'good') return false;
  return members.some((view) => view.records.some((record) => record.state !== 'created') || hasRun(view));
}

const hasRun = ({ stored }: ContainerView): boolean =>
  stored?.state?.running !== undefined ||
  stored?.state?.terminated !== undefined ||
  stored?.lastState?.terminated !== undefined;

/**
 * Stop everything, main containers first, then sidecars in reverse order, then the sandbox; when nothing runs any more
 * and the pod is being deleted, remove it. Each round does what the facts allow; killing waits until it is done.
 * Source: kubelet killPod.
 */
export function planTermination(input: SyncInput, views: ContainerViews): PodPlan {
  const { observed, pod, preStops = NONE } = input;
  const failure = hasExceededDeadline(input, views) ? { failure: DEADLINE_EXCEEDED } : {};
  if (isAlive(observed)) {
    const graceSeconds = graceLeft(input, views);
    return { ...terminating(stopAll({ pod, observed, preStops, graceSeconds })), ...failure };
  }
  const deleted = pod.metadata.deletionTimestamp !== undefined;
  const actions = !deleted ? keepLastInstances(observed) : isHeld(input) ? [] : removeAll(observed);
  return { ...terminated(actions), ...failure };
}

/** Nothing is left but the object, and that waits for somebody to take its finalizers off. */
const isHeld = ({ observed, pod: { metadata } }: SyncInput): boolean =>
  metadata.deletionGracePeriodSeconds === 0 &&
  (metadata.finalizers ?? []).length > 0 &&
  observed.containers.length === 0 &&
  observed.sandboxes.length === 0;

/**
 * The plan for containers whose pod nobody wants: killed with a grace of 1 s (raised to the minimum) and removed.
 *
 * @param pod the pod they belong to as far as it is known: without it no hook is
 */
export function planOrphan(observed: ObservedPod, pod: Pod, preStops: ReadonlyMap<string, number> = NONE): PodPlan {
  if (isAlive(observed)) {
    return terminating(stopAll({ pod, observed, preStops, graceSeconds: ORPHAN_GRACE_SECONDS }));
  }
  return terminated(removeAll(observed));
}

const NONE: ReadonlyMap<string, number> = new Map();

const terminating = (actions: PodAction[]): PodPlan => ({ phase: 'terminating', actions, waiting: new Map() });
const terminated = (actions: PodAction[]): PodPlan => ({ phase: 'terminated', actions, waiting: new Map() });

const isAlive = ({ containers, sandboxes }: ObservedPod): boolean =>
  containers.some(({ state }) => isLive(state)) || sandboxes.some(({ ready }) => ready);

/**
 * Seconds of grace that are left. A deletion's deadline is on the object, so that an agent restart in the middle does
 * not start the grace period again; what is left of a finished pod counts from the end of what finished it. Where no agent
 * can have begun before, both count from when it was found out: an engine may be slow to tell.
 */
function graceLeft(input: SyncInput, views: ContainerViews): number {
  const { clockSkewMs = 0, now, pod, stoppingSince } = input;
  // Source: kubelet, what goes beyond a limit of local storage is stopped at once.
  if (pod.status?.reason === EVICTED) return 0;
  const deletion = parseRfc3339(pod.metadata.deletionTimestamp);
  if (deletion === undefined) return graceSince(input, stoppingSince ?? lastEnd(input, views));
  // The deadline was cut to whole seconds, so it may be almost a second later; never before, never more than granted.
  const granted = pod.metadata.deletionGracePeriodSeconds ?? Infinity;
  if (stoppingSince !== undefined && granted < Infinity)
    return Math.max(0, Math.min(granted, granted - Math.floor((now - stoppingSince) / 1000)));
  return Math.max(0, Math.min(granted, Math.ceil((deletion + clockSkewMs + 999 - now) / 1000)));
}

/** When the last of the containers that finish a pod ended; now, while one of them lives or when there is none. */
function lastEnd({ now }: SyncInput, { members }: ContainerViews): number {
  const ends = members
    .filter(({ kind, newest }) => kind !== 'sidecar' && newest !== undefined)
    .map(({ newest }) => newest?.finishedAt ?? now);
  return ends.length === 0 ? now : Math.max(...ends);
}

/** Of the pod's own grace, if it began then, or when the first preStop hook of what lives did. */
export function graceSince({ now, observed, pod, preStops = NONE }: SyncInput, since: number): number {
  const hooks = observed.containers.flatMap(({ id, state }) => (isLive(state) ? [preStops.get(id) ?? now] : []));
  const usedMs = Math.max(0, now - Math.min(since, ...hooks));
  return Math.max(0, (pod.spec.terminationGracePeriodSeconds ?? 30) - Math.floor(usedMs / 1000));
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
