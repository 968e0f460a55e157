import type { ContainerStateTerminated, ContainerStatus } from '../../../api/schema/pod-status.js';
import { LOST_EXIT_CODE, type ContainerView } from '../view/container-view.js';

interface Member {
  readonly view: ContainerView;
  readonly status: ContainerStatus;
}

/** Of a container whose end nobody has seen. */
export const unlocated = (message: string): ContainerStateTerminated => ({
  exitCode: LOST_EXIT_CODE,
  reason: 'ContainerStatusUnknown',
  message,
});

/** What the last status of a pod says of such a one. */
export const UNLOCATED_AT_THE_END = 'The container could not be located when the pod was terminated';

/**
 * The last status of a pod lets nothing wait: what has no end has one nobody knows. Only containers whose turn never came keep
 * waiting: those after the last init container that was started, and the main ones behind an init container that was not done.
 * Source: kubelet TerminatePod and hasPodInitialized, pkg/kubelet/status/status_manager.go.
 */
export function endWaiting({
  apps,
  inits,
}: {
  readonly apps: readonly Member[];
  readonly inits: readonly Member[];
}): void {
  if (hadTurn(apps, inits)) for (const { status } of apps) end(status);
  // The first one had its turn in any case.
  const reached = Math.max(
    0,
    inits.findLastIndex(({ status }) => hasBegun(status)),
  );
  for (const { status } of inits.slice(0, reached + 1)) end(status);
}

function hadTurn(apps: readonly Member[], inits: readonly Member[]): boolean {
  const last = inits.at(-1);
  if (last === undefined || apps.some(({ status }) => hasBegun(status))) return true;
  const { lastState, state } = last.status;
  return last.view.kind === 'init' && [state, lastState].some((one) => one?.terminated?.exitCode === 0);
}

const hasBegun = ({ lastState, state }: ContainerStatus): boolean =>
  state?.waiting === undefined || lastState?.terminated !== undefined;

function end(status: ContainerStatus): void {
  if (status.state?.terminated !== undefined) return;
  status.state = { terminated: unlocated(UNLOCATED_AT_THE_END) };
}
