import type { Pod } from '../../api/schema/pod.js';

/** How far a set of pods has come. */
export interface Progress {
  readonly total: number;
  readonly ready: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Every pod is ready or has ended; there is at least one. */
  readonly settled: boolean;
  /** Every pod has ended; there is at least one. */
  readonly finished: boolean;
}

/** Counts pods by what they have reached. */
export function computeProgress(pods: readonly Pod[]): Progress {
  const count = (holds: (pod: Pod) => boolean): number => pods.filter(holds).length;
  const succeeded = count((pod) => pod.status?.phase === 'Succeeded');
  const failed = count((pod) => pod.status?.phase === 'Failed');
  const ready = count(isReady);
  const total = pods.length;
  return {
    total,
    ready,
    succeeded,
    failed,
    settled: total > 0 && ready + succeeded + failed === total,
    finished: total > 0 && succeeded + failed === total,
  };
}

/** `4 pods ready, 1 succeeded, 1 failed`. */
export function progressText({ ready, succeeded, failed }: Progress): string {
  const parts = [
    ...(ready > 0 ? [`${ready} ${ready === 1 ? 'pod' : 'pods'} ready`] : []),
    ...(succeeded > 0 ? [`${succeeded} succeeded`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return parts.join(', ');
}

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
