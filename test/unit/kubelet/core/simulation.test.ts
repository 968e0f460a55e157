import { describe, expect, it } from '@jest/globals';
import { CALL_FAULTS, DISTURBANCES } from '../../../support/simulation/schedule.js';
import { describeBroken } from '../../../support/simulation/report.js';
import { caseOf, simulate } from '../../../support/simulation/simulate.js';
import { workloadOf } from '../../../support/simulation/workload.js';
import { World } from '../../../support/simulation/world.js';

const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 3_000);
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
  'start sandbox',
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
    () => {
      const seen = new Map<string, number>();
      let rounds = 0;
      const before = process.cpuUsage().user;
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
        const { broken, world } = simulate(caseOf(seed));
        if (broken !== undefined) throw new Error(describeBroken(caseOf(seed)));
        for (const [what, times] of world.seen) seen.set(what, (seen.get(what) ?? 0) + times);
        rounds += world.rounds;
      }
      const seconds = (process.cpuUsage().user - before) / 1e6;
      if (process.env['SIMULATION_REPORT'] !== undefined) {
        const often = [...seen].sort(([, a], [, b]) => a - b).map(([what, times]) => `${what} ${times}`);
        process.stderr.write(`${rounds} rounds, ${Math.round(rounds / seconds)}/s of CPU: ${often.join(', ')}\n`);
      }
      if (SEEDS >= 3_000) expect(RARE.filter((what) => (seen.get(what) ?? 0) < SOMETIMES)).toEqual([]);
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
