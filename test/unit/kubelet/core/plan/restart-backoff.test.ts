import { describe, expect, it } from '@jest/globals';
import {
  isDue,
  nextRestart,
  restartAfterProbe,
  type Restart,
} from '../../../../../src/kubelet/core/plan/restart-backoff.js';
import type { ObservedContainer } from '../../../../../src/runtime/observed.js';
import { anInstance, ended, T0 } from '../../../../support/builders.js';

/** One that ran from T0 for so long and carried this wait on its label. */
const dead = (ranMs: number, backoffMs: number): ObservedContainer =>
  anInstance('app', { ...ended(1, T0 + ranMs), backoffMs });

describe('restart back-off', () => {
  it.each<[string, ObservedContainer | undefined, Restart]>([
    ['the first instance starts at once and owes nothing', undefined, { notBefore: 0, backoffMs: 0, delayMs: 0 }],
    ['the first restart is immediate', dead(1_000, 0), { notBefore: T0 + 1_000, backoffMs: 10_000, delayMs: 0 }],
    [
      'the second waits 10 s from the end of the last',
      dead(1_000, 10_000),
      { notBefore: T0 + 11_000, backoffMs: 20_000, delayMs: 10_000 },
    ],
    ['each wait is twice the last', dead(0, 40_000), { notBefore: T0 + 40_000, backoffMs: 80_000, delayMs: 40_000 }],
    ['until it is 300 s', dead(0, 160_000), { notBefore: T0 + 160_000, backoffMs: 300_000, delayMs: 160_000 }],
    ['where it stays', dead(0, 300_000), { notBefore: T0 + 300_000, backoffMs: 300_000, delayMs: 300_000 }],
    [
      'ten minutes of running are not enough to forget',
      dead(600_000, 40_000),
      { notBefore: T0 + 640_000, backoffMs: 80_000, delayMs: 40_000 },
    ],
    ['a moment more is', dead(600_001, 40_000), { notBefore: T0 + 600_001, backoffMs: 10_000, delayMs: 0 }],
  ])('%s', (_what, last, wanted) => {
    expect(nextRestart(last)).toEqual(wanted);
  });

  it('counts from the creation of one that could not start', () => {
    const neverStarted = { ...anInstance('app', { state: 'exited', exitCode: 127, backoffMs: 20_000 }) };
    Reflect.deleteProperty(neverStarted, 'startedAt');
    expect(nextRestart({ ...neverStarted, createdAt: T0 + 5_000 })).toEqual({
      notBefore: T0 + 25_000,
      backoffMs: 40_000,
      delayMs: 20_000,
    });
  });

  it('of one that dies at once goes 0, 10, 20, 40, 80, 160, 300, 300 s', () => {
    const waits: number[] = [];
    let backoffMs = 0;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const next = nextRestart(dead(0, backoffMs));
      waits.push((next.notBefore - T0) / 1000);
      backoffMs = next.backoffMs;
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it.each<[string, number, boolean]>([
    ['not before the wait is over', 19_999, false],
    ['once it is', 20_000, true],
    ['not when the end seems to lie a little in the future, which two clocks can bring about', -1, false],
    ['not when it seems to lie ten seconds in the future', -10_000, false],
    ['when it lies further, so that the clock must have been set back', -10_001, true],
  ])('is due %s: %i ms after the end', (_what, sinceEndMs, due) => {
    expect(isDue({ notBefore: T0 + 20_000, backoffMs: 40_000, delayMs: 20_000 }, T0 + sinceEndMs)).toBe(due);
  });

  it('is due at once where there is nothing to wait for, wherever the end lies', () => {
    for (const now of [T0 - 5_000, T0, T0 + 5_000]) {
      expect(isDue({ notBefore: T0, backoffMs: 10_000, delayMs: 0 }, now)).toBe(true);
    }
  });

  describe('after a kill because of a probe', () => {
    /** Made at T0, killed so much later. */
    const killed = (attempt: number, livedMs: number, backoffMs: number): ObservedContainer =>
      anInstance('app', { ...ended(137, T0 + livedMs), attempt, backoffMs });

    it.each<[string, ObservedContainer, Restart]>([
      ['the first leaves no trace', killed(0, 30_000, 0), { notBefore: 0, backoffMs: 0, delayMs: 0 }],
      ['the second restarts at once', killed(1, 30_000, 0), { notBefore: T0, backoffMs: 10_000, delayMs: 0 }],
      [
        'one that lived longer than the wait restarts at once',
        killed(2, 30_000, 10_000),
        { notBefore: T0 + 10_000, backoffMs: 20_000, delayMs: 10_000 },
      ],
      [
        'one that lived shorter waits for the rest',
        killed(4, 30_000, 40_000),
        { notBefore: T0 + 40_000, backoffMs: 80_000, delayMs: 40_000 },
      ],
      [
        'one that ran for more than ten minutes starts over',
        killed(6, 600_001, 300_000),
        { notBefore: T0, backoffMs: 10_000, delayMs: 0 },
      ],
    ])('%s', (_what, last, wanted) => {
      expect(restartAfterProbe(last)).toEqual(wanted);
    });
  });
});
