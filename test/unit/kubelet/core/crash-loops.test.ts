import { describe, expect, it } from '@jest/globals';
import { aContainer, aPod } from '../../../support/builders.js';
import { Random } from '../../../support/random.js';
import type { Life } from '../../../support/simulation/workload.js';
import { World } from '../../../support/simulation/world.js';

/** Fails always, but never in the same time; the one that is to run for long does. */
const crashing =
  (seed: number, stable?: { readonly attempt: number; readonly runsMs: number }) =>
  (name: string, attempt: number): Life => ({
    startFails: false,
    runsMs: attempt === stable?.attempt ? stable.runsMs : new Random(seed, name, attempt).below(9_000),
    exitCode: 1,
    oomKilled: false,
    stopsMs: 0,
    preStopMs: 0,
    postStartFails: false,
    startedMs: 0,
    readyMs: 0,
    unreadyMs: Infinity,
    sickMs: Infinity,
  });

const HALF_AN_HOUR_MS = 1_800_000;

/** Seconds between the end of each instance and the start of the next. */
function waitsOf(life: (name: string, attempt: number) => Life): number[] {
  const world = new World({ pod: aPod({ containers: [aContainer('app')] }), life }, []);
  world.run(HALF_AN_HOUR_MS);
  const { runs } = world.rules.order;
  return runs.slice(1).map(({ startedAt }, index) => Math.round((startedAt - (runs[index]?.endedAt ?? 0)) / 1_000));
}

describe('crash loops', () => {
  it('forget the back-off of what ran for more than ten minutes, and not of what ran for less', () => {
    const withLongRun = (runsMs: number): number[] => waitsOf(crashing(1, { attempt: 4, runsMs })).slice(0, 7);
    expect(withLongRun(600_001)).toEqual([0, 10, 20, 40, 0, 10, 20]);
    expect(withLongRun(600_000)).toEqual([0, 10, 20, 40, 80, 160, 300]);
  });

  it('of 1000 pods all keep to 0, 10, 20, 40, 80, 160, 300, 300, 300 s from each death', () => {
    const series = new Set(Array.from({ length: 1_000 }, (_, pod) => waitsOf(crashing(pod)).slice(0, 9).join(' ')));
    expect([...series]).toEqual(['0 10 20 40 80 160 300 300 300']);
    // It waits for nothing: how long it takes is the machine's affair.
  }, 3_600_000);
});
