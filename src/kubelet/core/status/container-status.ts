import type { ContainerState, ContainerStateTerminated, ContainerStatus } from '../../../api/schema/pod-status.js';
import type { ObservedContainer } from '../../../runtime/observed.js';
import { toRfc3339 } from '../../../lib/time.js';
import { containerIdOf } from '../view/container-id.js';
import { LOST_EXIT_CODE, neverStarted, OOM_KILLED, type ContainerView } from '../view/container-view.js';
import type { WaitingReason } from '../plan/pod-action.js';
import { restartsAfter } from '../plan/restart-policy.js';
import { unlocated, UNLOCATED_AT_THE_END } from './unlocated.js';

/** What the statuses of all containers of a pod depend on. */
export interface ContainerStatusContext {
  /** ContainerCreating, or PodInitializing in a pod with init containers. */
  readonly defaultReason: 'ContainerCreating' | 'PodInitializing';
  /** By name: why it does not start now, when it should. */
  readonly waiting: ReadonlyMap<string, WaitingReason>;
  /** The pod is being deleted: a lost container is not counted as a restart. */
  readonly deleting: boolean;
  /** Nothing of the pod will start again. */
  readonly ending: boolean;
  /** Nothing of the pod runs any more: this status is the last one. */
  readonly final: boolean;
  /** Termination messages by container id, once read. */
  readonly messages: ReadonlyMap<string, string>;
}

/**
 * Status of one container from its instances, newest first, and from what was published of instances that are gone.
 * Source: kubelet convertToAPIContainerStatuses, pkg/kubelet/kubelet_pods.go.
 */
export function computeContainerStatus(view: ContainerView, context: ContainerStatusContext): ContainerStatus {
  const { newest, stored } = view;
  const status = newest === undefined ? withoutRecord(view, context) : fromRecord(view, newest, context);
  if (!context.final) letWait(status, context.waiting.get(view.spec.name) ?? rerun(view, context));
  // Nobody waits for an ephemeral container: it has no part in readiness.
  if (view.kind === 'ephemeral') {
    status.ready = false;
    return status;
  }
  // One the engine is taking away still shows what is known of it, but it is neither: nobody can rely on it.
  status.ready = view.kind === 'init' ? status.state?.terminated?.exitCode === 0 : view.ready;
  status.started = view.started;
  status.restartCount = Math.max(status.restartCount, stored?.restartCount ?? 0);
  // The one the pod asked for: what an image asks for is the engine's to know.
  const stopSignal = view.spec.lifecycle?.stopSignal;
  if (status.containerID !== undefined && stopSignal !== undefined) status.stopSignal = stopSignal;
  return status;
}

/**
 * What ran in an earlier sandbox and runs again has its work before it: regular init containers whatever they did then,
 * the others as their policy says.
 */
function rerun(view: ContainerView, { defaultReason, ending }: ContainerStatusContext): WaitingReason | undefined {
  if (ending || view.newest?.state !== 'exited' || view.here) return undefined;
  const again = view.kind === 'init' || restartsAfter(view, view.newest.exitCode);
  return again ? { reason: defaultReason, message: '' } : undefined;
}

/** Of one that has no instance. */
function fresh({ kind, spec }: ContainerView, restartCount: number, state: ContainerState): ContainerStatus {
  const { image, name } = spec;
  const status: ContainerStatus = { name, image, imageID: '', ready: false, restartCount, state };
  if (kind !== 'ephemeral') status.started = false;
  return status;
}

/**
 * A regular init container of an earlier sandbox which is being taken away: whatever it was published to be, it has its
 * work in this one before it.
 */
const isLeftBehind = ({ here, kind, newest }: ContainerView): boolean =>
  kind === 'init' && newest?.state === 'unknown' && !here;

/** Nobody else has what it returns. */
function withoutRecord(view: ContainerView, context: ContainerStatusContext): ContainerStatus {
  const { stored } = view;
  if (stored === undefined) return fresh(view, 0, waitingState(context));
  if (stored.state?.running !== undefined) {
    const terminated = unlocated(context.final ? UNLOCATED_AT_THE_END : USED_TO_RUN);
    if (context.final || view.kind === 'ephemeral') return { ...stored, state: { terminated } };
    const restartCount = stored.restartCount + (context.deleting ? 0 : 1);
    return { ...fresh(view, restartCount, waitingState(context)), lastState: { terminated } };
  }
  // How it ended is remembered although somebody removed the record; an init container of an earlier sandbox runs again.
  const runsAgain = view.kind === 'init' && !view.startedHere && !context.ending;
  if (stored.state?.terminated !== undefined && !runsAgain) return { ...stored };
  const lastState = stored.state?.terminated !== undefined ? { terminated: stored.state.terminated } : stored.lastState;
  const status = fresh(view, stored.restartCount, waitingState(context));
  if (lastState !== undefined) status.lastState = lastState;
  const { containerID, image, imageID } = stored;
  return containerID === undefined ? status : { ...status, containerID, image, imageID };
}

function fromRecord(view: ContainerView, newest: ObservedContainer, context: ContainerStatusContext): ContainerStatus {
  const status: ContainerStatus = {
    name: view.spec.name,
    image: newest.image,
    imageID: newest.imageId,
    containerID: containerIdOf(newest),
    ready: false,
    restartCount: newest.attempt,
    state: stateOf(view, newest, context),
  };
  if (view.kind !== 'ephemeral') status.started = false;
  const lastState = previousState(view, newest, context);
  if (lastState !== undefined) status.lastState = lastState;
  return status;
}

function previousState(
  { records, stored }: ContainerView,
  newest: ObservedContainer,
  context: ContainerStatusContext,
): ContainerState | undefined {
  const previous = records.find((record, index) => index > 0 && record.state === 'exited');
  if (previous !== undefined) return { terminated: terminatedState(previous, stored, context.messages) };
  if (stored?.containerID === undefined || stored.containerID === containerIdOf(newest)) return stored?.lastState;
  // The published instance is gone and another one is here: what was published is the last state.
  if (stored.state?.terminated !== undefined) return { terminated: stored.state.terminated };
  if (stored.state?.running !== undefined) {
    return { terminated: unlocated(USED_TO_RUN) };
  }
  return stored.lastState;
}

function stateOf(view: ContainerView, record: ObservedContainer, context: ContainerStatusContext): ContainerState {
  const { stored } = view;
  switch (record.state) {
    case 'running':
      return { running: { startedAt: toRfc3339(record.startedAt ?? record.createdAt) } };
    case 'exited':
      return { terminated: terminatedState(record, stored, context.messages) };
    case 'created':
      return waitingState(context);
    case 'unknown':
      if (context.final) return { terminated: unlocated(UNLOCATED_AT_THE_END) };
      if (isLeftBehind(view) && !context.ending) return waitingState(context);
      // Most likely somebody is removing it: until it is gone nothing new is known, and what is known is not forgotten.
      if (stored?.containerID === containerIdOf(record) && stored.state !== undefined && !neverStarted(stored))
        return stored.state;
      // That it ran must not be forgotten with it: its policy may let it run only once.
      return record.startedAt === undefined
        ? waitingState(context)
        : { running: { startedAt: toRfc3339(record.startedAt) } };
  }
}

/** Engine facts in Kubernetes' words. OOM is said by the engine only. Source: cri-dockerd container_status.go. */
function terminatedState(
  record: ObservedContainer,
  stored: ContainerStatus | undefined,
  messages: ReadonlyMap<string, string>,
): ContainerStateTerminated {
  const exitCode = record.exitCode ?? LOST_EXIT_CODE;
  const neverStarted = record.startedAt === undefined;
  const reason = neverStarted
    ? 'ContainerCannotRun'
    : record.oomKilled || wasOutOfMemory(stored, record)
      ? OOM_KILLED
      : exitCode === 0
        ? 'Completed'
        : 'Error';
  const state: ContainerStateTerminated = {
    exitCode,
    reason,
    startedAt: toRfc3339(record.startedAt ?? record.createdAt),
    finishedAt: toRfc3339(record.finishedAt ?? record.createdAt),
    containerID: containerIdOf(record),
  };
  const { engineError = '' } = record;
  const lastWords = messages.get(record.id) ?? '';
  const message = engineError !== '' && lastWords !== '' ? `${engineError}: ${lastWords}` : engineError + lastWords;
  if (message !== '') state.message = message;
  return state;
}

/** It was published so of this run: the engine may have told of it once, and an agent that starts was not there. */
const wasOutOfMemory = (stored: ContainerStatus | undefined, record: ObservedContainer): boolean =>
  [stored?.state?.terminated, stored?.lastState?.terminated].some(
    (told) =>
      told?.reason === OOM_KILLED &&
      told.containerID === containerIdOf(record) &&
      told.startedAt === toRfc3339(record.startedAt ?? record.createdAt),
  );

/** A container that should run and may not yet: how it ended becomes its last state. */
function letWait(status: ContainerStatus, waiting: WaitingReason | undefined): void {
  if (waiting === undefined || waiting.reason === '' || status.state?.running !== undefined) return;
  const { message, reason } = waiting;
  const terminated = status.state?.terminated;
  status.state = { waiting: message === '' ? { reason } : { reason, message } };
  if (terminated !== undefined) status.lastState = { terminated };
}

const waitingState = ({ defaultReason }: ContainerStatusContext): ContainerState => ({
  waiting: { reason: defaultReason },
});

const USED_TO_RUN = 'The container could not be located when the pod was deleted.  The container used to be Running';
