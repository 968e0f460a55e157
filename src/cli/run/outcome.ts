import type { ContainerStatus, Pod } from '../../api/schema/pod.js';

/** How a finished run ended. */
export interface Outcome {
  readonly exitCode: number;
  /** One line for each pod. */
  readonly lines: readonly string[];
}

/**
 * The exit code of a run whose pods have all ended: 0 when all succeeded, the container's own when exactly one
 * container failed, 1 otherwise.
 */
export function computeOutcome(pods: readonly Pod[]): Outcome {
  const failedPods = pods.filter((pod) => pod.status?.phase === 'Failed');
  const failures = failedPods.flatMap(failedContainers);
  const single = failures.length === 1 ? failures[0]?.exitCode : undefined;
  return { exitCode: failedPods.length === 0 ? 0 : (single ?? 1), lines: pods.map(outcomeLine) };
}

interface Failure {
  readonly container: string;
  readonly exitCode: number;
  readonly reason: string;
}

function failedContainers(pod: Pod): readonly Failure[] {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return statuses.flatMap((status) => toFailure(status));
}

function toFailure({ name, state }: ContainerStatus): readonly Failure[] {
  const ended = state?.terminated;
  if (ended === undefined || ended.exitCode === 0) return [];
  return [{ container: name, exitCode: ended.exitCode, reason: ended.reason ?? 'Error' }];
}

function outcomeLine(pod: Pod): string {
  const { phase = 'Unknown', reason, message } = pod.status ?? {};
  const why = failedContainers(pod).map(
    (failure) => `container ${failure.container} ended with exit code ${failure.exitCode} (${failure.reason})`,
  );
  if (reason !== undefined) why.unshift(message === undefined ? reason : `${reason}: ${message}`);
  const detail = phase === 'Failed' && why.length > 0 ? `: ${why.join(', ')}` : '';
  return `pod ${pod.metadata.name} ${phase.toLowerCase()}${detail}`;
}
