import { describe, expect, it } from '@jest/globals';
import { CALL_FAULTS, DISTURBANCES } from '../../../support/simulation/schedule.js';
import { liveInProcesses } from '../../../support/simulation/processes.js';
import { countsOf, speedOf } from '../../../support/simulation/tally.js';
import { caseOf, simulate } from '../../../support/simulation/simulate.js';
import { workloadOf } from '../../../support/simulation/workload.js';
import { World } from '../../../support/simulation/world.js';

const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 10_000);
const FIRST_SEED = Number(process.env['SIMULATION_FIRST_SEED'] ?? 1);

/** It waits for nothing: how long it takes is the machine's affair. */
const UNHURRIED_MS = 3_600_000;

/** What a run as long as that of CI has to reach, each of them this often: a simulation that never does proves nothing. */
const SOMETIMES = 20;
const RARE = [
  ...CALL_FAULTS,
  ...DISTURBANCES,
  'shorter grace',
  'agent restart',
  'creation fails',
  'postStart fails',
  'resize in place',
  'resize restarts',
  'resize Deferred',
  'resize Infeasible',
  'start sandbox',
  'made in advance',
  'start app',
  'start init',
  'start sidecar',
  'start ephemeral',
  'two by hand',
  'preStop',
  'sidecar stopped',
  'probe kill',
  'back-off',
  'crash loop',
  'rule',
  'restart of all',
  'deadline',
  'ready',
  'phase Succeeded',
  'phase Failed',
];

describe('simulation of the core', () => {
  it(
    `keeps its rules through ${SEEDS} disturbed lives of a pod`,
    async () => {
      const tally = await liveInProcesses(FIRST_SEED, SEEDS);
      process.stderr.write(speedOf(tally));
      if (process.env['SIMULATION_REPORT'] !== undefined) process.stderr.write(countsOf(tally));
      if (tally.broken !== undefined) throw new Error(tally.broken);
      expect(tally.lives).toBe(SEEDS);
      if (SEEDS >= 10_000) expect(RARE.filter((what) => (tally.seen[what] ?? 0) < SOMETIMES)).toEqual([]);
    },
    UNHURRIED_MS,
  );

  it('lives the same life again for the same seed', () => {
    const lived = [7, 8, 9].map((seed) => simulate(caseOf(seed)).world.story());
    expect([7, 8, 9].map((seed) => simulate(caseOf(seed)).world.story())).toEqual(lived);
  });

  it('names the rule that is broken', () => {
    const world = new World(workloadOf(1), []);
    world.delete(30);
    expect(() => {
      world.rules.creates('a container');
    }).toThrow('invariant 6: a container was made after deletion');
  });
});
