import type { ContainerSample } from '../../src/runtime/stats.js';
import { T0 } from './builders.js';

const MIB = 2 ** 20;

/** A sample `atMs` after the beginning of all tests, of a container that has used so much CPU until then. */
export const aSample = (atMs: number, cpuMs: number, changes: Partial<ContainerSample> = {}): ContainerSample => ({
  takenAt: T0 + atMs,
  cpuNanos: cpuMs * 1e6,
  memory: { usageBytes: 30 * MIB, workingSetBytes: 20 * MIB },
  networks: [],
  ...changes,
});
