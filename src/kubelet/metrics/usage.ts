import type { ContainerSample } from '../../runtime/stats.js';

/** What a container, or the machine, used over a while. */
export interface Usage {
  readonly sample: ContainerSample;
  /** Billionths of a CPU, on average over the window. */
  readonly cpuNanoCores: number;
  readonly windowMs: number;
}

/** Shorter windows say more about the scheduler than about the container. */
const SHORTEST_WINDOW_MS = 900;

/**
 * The rate between two samples of one container. Undefined when there is none: they are too close together, or the
 * counter fell because the container was started again.
 */
export function computeUsage(before: ContainerSample, after: ContainerSample): Usage | undefined {
  const windowMs = after.takenAt - before.takenAt;
  const cpuNanos = after.cpuNanos - before.cpuNanos;
  if (windowMs < SHORTEST_WINDOW_MS || cpuNanos < 0) return undefined;
  return { sample: after, cpuNanoCores: Math.round((cpuNanos * 1000) / windowMs), windowMs };
}
