import type { ContainerStatus } from '../../../api/schema/pod-status.js';
import type { ContainerView } from '../view/container-view.js';
import { restartsAfter } from '../plan/restart-policy.js';
import { startsAnew } from '../plan/starts-anew.js';
import { isTerminalPhase } from '../plan/termination.js';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PhaseInput {
  readonly inits: readonly { readonly view: ContainerView; readonly status: ContainerStatus }[];
  readonly apps: readonly { readonly view: ContainerView; readonly status: ContainerStatus }[];
  /** Published before; a terminal phase is never left. */
  readonly previous: string | undefined;
  /** Nothing runs any more and nothing will: the last status of the pod. */
  readonly final: boolean;
}

/**
 * A pod ends when that was decided and nothing of it runs any more, whatever its containers look like before: one that a probe had
 * killed may have ended with 0. Source: kubelet getPhase, pkg/kubelet/kubelet_pods.go, and the status manager's merge.
 */
export function computePhase(input: PhaseInput): Phase {
  const { previous } = input;
  if (isTerminalPhase(previous)) return previous as Phase;
  return input.final ? finalPhase(input) : currentPhase(input);
}

function finalPhase({ apps, inits }: PhaseInput): Phase {
  const initFailed = inits.some(({ status, view }) => view.kind === 'init' && failed(status));
  const succeeded = apps.every(({ status }) => status.state?.terminated?.exitCode === 0);
  return !initFailed && succeeded ? 'Succeeded' : 'Failed';
}

const failed = (status: ContainerStatus): boolean => {
  const exitCode = exitCodeOf(status);
  return exitCode !== undefined && exitCode !== 0;
};

/** How it last ended; not of one that runs, or was removed in order to start anew. */
function exitCodeOf(status: ContainerStatus): number | undefined {
  if (status.state?.running !== undefined || startsAnew(status)) return undefined;
  return (status.state?.terminated ?? status.lastState?.terminated)?.exitCode;
}

/** What looks like an end is what it was before, until it was decided. */
function currentPhase({ apps, inits, previous }: PhaseInput): Phase {
  const before = (previous ?? 'Pending') as Phase;
  const regular = inits.filter(({ view }) => view.kind === 'init');
  const sidecars = inits.filter(({ view }) => view.kind === 'sidecar');
  const failedForGood = regular.some(({ status, view }) => failed(status) && !restartsAfter(view, exitCodeOf(status)));
  if (failedForGood) return before;
  const pendingInit =
    regular.some(({ status }) => isPendingInit(status)) || sidecars.some(({ status }) => isPendingSidecar(status));
  const anyAppHasRun = apps.some(
    ({ status }) => status.state?.running ?? status.state?.terminated ?? status.lastState?.terminated,
  );
  if (pendingInit && !anyAppHasRun) return 'Pending';
  const waiting = [...apps, ...sidecars].some(({ status }) => isFirstWait(status));
  if (waiting) return 'Pending';
  if (apps.some(({ status }) => status.state?.running !== undefined)) return 'Running';
  const restarts = apps.some(({ status, view }) => startsAnew(status) || restartsAfter(view, exitCodeOf(status)));
  return restarts ? 'Running' : before;
}

/** Never ran: a container waiting after a crash counts as stopped, not as waiting. */
const isFirstWait = ({ lastState, state }: ContainerStatus): boolean =>
  state?.waiting !== undefined && lastState?.terminated === undefined;

/** A failed one that will be retried counts as failed, not as pending; the phase is Pending either way. */
const isPendingInit = (status: ContainerStatus): boolean => status.state?.terminated?.exitCode !== 0;

const isPendingSidecar = (status: ContainerStatus): boolean =>
  isFirstWait(status) || (status.state?.running !== undefined && status.started !== true);
