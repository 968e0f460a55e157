import { describe, expect, it } from '@jest/globals';
import { aPod } from '../../../support/builders.js';
import { PodModel, randomStream } from '../../../support/pod-model.js';

const PODS = 1_000;
const RESTARTS = 9;

/** Seconds from each death to the next start. */
function waits(runsMs: () => number): number[] {
  const model = new PodModel(aPod(), () => ({ runsMs: runsMs(), exitCode: 1 }));
  const seen: number[] = [];
  let diedAt: number | undefined;
  let attempt = -1;
  while (seen.length < RESTARTS) {
    model.round();
    const newest = newestApp(model);
    if (newest !== undefined && newest.attempt > attempt) {
      if (diedAt !== undefined) seen.push((model.now - diedAt) / 1_000);
      attempt = newest.attempt;
      model.advance(newest.endsAt - model.now);
      diedAt = model.now;
    } else if (Number.isFinite(model.wakeAt)) {
      // The worker wakes when it said it would, and not before.
      model.advance(model.wakeAt - model.now);
    }
  }
  return seen;
}

const newestApp = ({ containers }: PodModel): PodModel['containers'][number] | undefined =>
  [...containers].sort((a, b) => b.attempt - a.attempt)[0];

describe('crash loops', () => {
  it(`of ${PODS} pods all keep to 0, 10, 20, 40, 80, 160, 300, 300, 300 s from each death`, () => {
    for (let pod = 0; pod < PODS; pod += 1) {
      const random = randomStream(pod);
      const exact = [0, 10, 20, 40, 80, 160, 300, 300, 300];
      expect([pod, waits(() => Math.floor(random() * 5_000))]).toEqual([pod, exact]);
    }
  });
});
