import type { PodCondition, ContainerStatus } from '../../../api/schema/pod-status.js';
import type { Pod } from '../../../api/schema/pod.js';
import { toRfc3339 } from '../../../lib/time.js';
import { ranOutOfMemory, type ContainerView } from '../view/container-view.js';
import type { Phase } from './phase.js';

interface WithStatus {
  readonly view: ContainerView;
  readonly status: ContainerStatus;
}

export interface ConditionsInput {
  readonly pod: Pod;
  readonly inits: readonly WithStatus[];
  readonly apps: readonly WithStatus[];
  readonly phase: Phase;
  readonly sandboxReady: boolean;
  /** What decides on starts takes the init containers for done. */
  readonly initialized: boolean;
  /** Of the containers of a pod that all start anew. */
  readonly restartingAll?: (Verdict & { readonly type: string }) | undefined;
  readonly now: number;
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;
const TRUE: Verdict = { status: 'True' };
const FALSE: Verdict = { status: 'False' };
const OWN = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

/**
 * The kubelet's conditions in its order, after conditions of other owners. Transition times change only when the
 * status does. Source: kubelet pkg/kubelet/status/generate.go.
 */
export function computeConditions(input: ConditionsInput): PodCondition[] {
  const previous = input.pod.status?.conditions ?? [];
  const containersReady = computeContainersReady(input);
  const { now, restartingAll } = input;
  const conditions = previous.filter(({ type }) => !OWN.has(type) && type !== restartingAll?.type);
  const add = (type: string, verdict: Verdict): void => {
    conditions.push(toCondition(type, verdict, previous, now));
  };
  add('PodReadyToStartContainers', input.sandboxReady ? TRUE : FALSE);
  add('Initialized', computeInitialized(input));
  add('Ready', computeReady(input.pod, containersReady));
  add('ContainersReady', containersReady);
  add('PodScheduled', TRUE);
  if (restartingAll !== undefined) add(restartingAll.type, restartingAll);
  return conditions;
}

function toCondition(
  type: string,
  { message, reason, status }: Verdict,
  previous: readonly PodCondition[],
  now: number,
): PodCondition {
  const before = previous.find((condition) => condition.type === type);
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  const condition: PodCondition = { type, lastTransitionTime: since ?? toRfc3339(now), status };
  if (reason !== undefined) condition.reason = reason;
  if (message !== undefined) condition.message = message;
  return condition;
}

function computeInitialized(input: ConditionsInput): Verdict {
  const { inits, phase } = input;
  if (inits.length === 0) return TRUE;
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  // It is not taken back because a sidecar restarts while apps wait for their back-off.
  if (input.initialized) return TRUE;
  const incomplete = inits.filter(({ status, view }) =>
    // One that ran out of memory runs again although its main process ended with 0.
    view.kind === 'sidecar' ? status.started !== true : !status.ready || ranOutOfMemory(view),
  );
  if (incomplete.length === 0) return TRUE;
  return notReady('ContainersNotInitialized', 'incomplete', incomplete);
}

function computeContainersReady({ apps, inits, phase }: ConditionsInput): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = [...inits.filter(({ view }) => view.kind === 'sidecar'), ...apps].filter(
    ({ status }) => !status.ready,
  );
  return unready.length === 0 ? TRUE : notReady('ContainersNotReady', 'unready', unready);
}

function computeReady(pod: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  const problems = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (condition === undefined) {
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    }
    if (condition.status === 'True') return [];
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  return problems.length === 0
    ? TRUE
    : { status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') };
}

/** Names in Go's list format: `[a b]`. */
const notReady = (reason: string, word: string, containers: readonly WithStatus[]): Verdict => ({
  status: 'False',
  reason,
  message: `containers with ${word} status: [${containers.map(({ view }) => view.spec.name).join(' ')}]`,
});
