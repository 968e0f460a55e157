import type { Core } from './core.js';
import { shrink } from './shrink.js';
import { simulate, type Case } from './simulate.js';

/** Everything one needs to see what went wrong: how to see it again, the least that shows it, and its story. */
export function describeBroken(found: Case, core?: Core): string {
  const smallest = shrink(found, core);
  const { broken, world } = simulate(smallest, core);
  return [
    broken?.message ?? 'nothing is broken',
    `SIMULATION_FIRST_SEED=${found.seed} SIMULATION_SEEDS=1 npm run test:simulation`,
    `pod: ${JSON.stringify(smallest.workload.pod.spec)}`,
    ...smallest.schedule.map(({ afterMs, skip, what, which }) => `after ${afterMs} ms: ${what} (${which}, ${skip})`),
    'story:',
    ...world.story(),
  ].join('\n');
}
