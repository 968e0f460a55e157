import { cpus, freemem, totalmem } from 'node:os';
import type { Clock } from '../../lib/clock.js';
import type { ContainerSample } from '../../runtime/stats.js';

/** What the agent's own machine has used, in the form of a container's sample: it may be compared with an earlier one. */
export function sampleMachine(clock: Clock): ContainerSample {
  const busyMs = cpus().reduce((sum, { times: { irq, nice, sys, user } }) => sum + irq + nice + sys + user, 0);
  // Free is what programs can have, caches included.
  const used = totalmem() - freemem();
  return {
    takenAt: clock.now(),
    cpuNanos: busyMs * 1e6,
    memory: { usageBytes: used, workingSetBytes: used, limitBytes: totalmem() },
    networks: [],
  };
}
