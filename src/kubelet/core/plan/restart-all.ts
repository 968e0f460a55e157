import type { ContainerStatus, PodCondition } from '../../../api/schema/pod-status.js';
import type { Pod } from '../../../api/schema/pod.js';
import type { ContainerView, ContainerViews } from '../view/container-view.js';
import type { PodAction, PodPlan } from './pod-action.js';
import { isDue, nextRestart } from './restart-backoff.js';
import { restartsAllAfter } from './restart-policy.js';
import { RESTARTING_ALL } from './starts-anew.js';
import { killOf } from './stop-order.js';
import type { SyncInput } from './sync-input.js';

const CONDITION = 'AllContainersRestarting';

/**
 * A rule `RestartAllContainers` matched: every container is killed at once and removed, then the pod begins anew with its
 * first init container, in the same sandbox. The condition on the object remembers that this was begun, so that an agent
 * that starts in the middle of it goes on. Undefined: nothing of the kind.
 * Source: KEP-5532; the back-off of the container whose rule it was is our own: upstream has none, and would spin.
 */
export function planRestartAll(input: SyncInput, { members }: ContainerViews): PodPlan | undefined {
  const begun = isRestartingAll(input.pod);
  if (!begun && !members.some((view) => isDueTrigger(view, input.now))) return undefined;
  const records = input.observed.containers.filter(({ kind }) => kind !== 'ephemeral');
  const kills = records.flatMap((record): PodAction[] =>
    record.state === 'running' || record.state === 'unknown'
      ? [
          killOf(record, undefined, {
            graceSeconds: 0,
            preStops: new Map(),
            message: `Stopping container ${record.name}`,
          }),
        ]
      : [],
  );
  const removals = records.map(({ attempt, id, name }): PodAction => ({ kind: 'removeContainer', id, name, attempt }));
  const plan: PodPlan = {
    phase: 'syncing',
    actions: [...kills, ...removals],
    waiting: new Map(),
    restartingAll: records.length > 0 ? 'begun' : 'over',
  };
  // Nothing starts before it is published that it starts anew.
  return records.length > 0 ? plan : { ...plan, wakeAt: input.now };
}

/** Has, or had before it was published, a container that makes all start anew: then the pod is not finished. */
export const willRestartAll = (pod: Pod, { members }: ContainerViews): boolean =>
  isRestartingAll(pod) || members.some(isTrigger);

/** Was it begun, and is it not over? */
export const isRestartingAll = ({ status }: Pod): boolean =>
  status?.conditions?.some((condition) => condition.type === CONDITION && condition.status === 'True') === true;

const isTrigger = (view: ContainerView): boolean =>
  view.newest?.state === 'exited' && view.here && restartsAllAfter(view, view.newest.exitCode);

const isDueTrigger = (view: ContainerView, now: number): boolean =>
  isTrigger(view) && isDue(nextRestart(view.newest), now);

/** The condition to publish with a plan; none while there never was such a restart. Another plan does not end it. */
export function restartAllCondition(
  pod: Pod,
  restartingAll: PodPlan['restartingAll'],
): Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'> | undefined {
  if (restartingAll === 'begun' || (restartingAll === undefined && isRestartingAll(pod))) {
    const message = 'container exited with restart policy rule';
    return { type: CONDITION, status: 'True', reason: 'RestartAllContainersStarted', message };
  }
  const before = pod.status?.conditions?.some(({ type }) => type === CONDITION) === true;
  return before ? { type: CONDITION, status: 'False' } : undefined;
}

/** Of a container whose instance was removed; one that never ran is left as it is. */
export function statusAfterRestartAll(stored: ContainerStatus, defaultReason: string): ContainerStatus {
  const { containerID, image, lastState, name, restartCount } = stored;
  const terminated = {
    exitCode: 137,
    reason: RESTARTING_ALL,
    message: 'The container is removed because RestartAllContainers in place',
  };
  const ran = containerID !== undefined;
  return {
    name,
    image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: ran ? restartCount + 1 : restartCount,
    state: { waiting: { reason: defaultReason } },
    ...(ran ? { lastState: { terminated } } : lastState === undefined ? {} : { lastState }),
  };
}
