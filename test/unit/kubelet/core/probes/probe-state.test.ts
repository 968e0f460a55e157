import { describe, expect, it } from '@jest/globals';
import {
  firstDelay,
  forgetRun,
  isDecided,
  isGap,
  nextDue,
  nextProbeState,
  NOT_PROBED,
  type ProbeState,
  type ProbeVerdict,
} from '../../../../../src/kubelet/core/probes/probe-state.js';

/** Verdicts by letter: s, f, and u for unknown; a dash forgets the run. Gives the result after each: S, F or a dot. */
function course(letters: string, thresholds: { failureThreshold?: number; successThreshold?: number }): string {
  const verdicts: Record<string, ProbeVerdict> = { s: 'success', f: 'failure', u: 'unknown' };
  let state: ProbeState = NOT_PROBED;
  return letters
    .split(/(?:)/u)
    .map((letter) => {
      const verdict = verdicts[letter];
      state = verdict === undefined ? forgetRun(state) : nextProbeState(state, verdict, thresholds);
      return state.result === undefined ? '.' : state.result === 'success' ? 'S' : 'F';
    })
    .join('');
}

describe('probe thresholds', () => {
  it.each<[string, string, { failureThreshold?: number; successThreshold?: number }, string]>([
    ['three failures in a row, one success', 'fffs', {}, '..FS'],
    ['a success in between starts the count again', 'ffsffsfff', {}, '..SSSSSSF'],
    ['the result stays until the other threshold is reached', 'sffsfff', { failureThreshold: 3 }, 'SSSSSSF'],
    ['one failure is enough when that is specified', 'sf', { failureThreshold: 1 }, 'SF'],
    ['several successes where that is specified', 'ffssfss', { failureThreshold: 1, successThreshold: 2 }, 'FFFSFFS'],
    ['unknown neither counts nor resets', 'fufuuf', {}, '.....F'],
    ['unknown alone is no result', 'uuuu', { failureThreshold: 1 }, '....'],
    ['failures do not add up across a gap', 'ff-fff', {}, '.....F'],
    ['a gap keeps the result', 'fff-f-s', {}, '..FFFFS'],
    ['a run goes on beyond the threshold', 'fffff', { failureThreshold: 2 }, '.FFFF'],
  ])('%s', (_what, verdicts, thresholds, results) => {
    expect(course(verdicts, thresholds)).toBe(results);
  });

  it.each([
    ['startup', 'success', true],
    ['startup', 'failure', true],
    ['liveness', 'success', false],
    ['liveness', 'failure', true],
    ['readiness', 'success', false],
    ['readiness', 'failure', false],
  ] as const)('%s %s is final: %s', (kind, result, final) => {
    expect(isDecided(kind, { result, run: 1 })).toBe(final);
    expect(isDecided(kind, NOT_PROBED)).toBe(false);
  });
});

describe('gaps', () => {
  it.each([
    ['on time', 10_000, 10_000, false],
    ['a little late', 14_900, 14_900, false],
    ['the agent was stopped for a while', 40_000, 40_000, true],
    ['the machine was suspended: only the wall clock went on', 3_600_000, 10_000, true],
    ['the clock was set forward', 70_000, 10_000, true],
    ['the clock was set back', -50_000, 10_000, true],
    ['the clock was corrected by a second', 9_000, 10_000, false],
  ])('%s', (_what, wallMs, monotonicMs, gap) => {
    const from = { now: 1_000_000, monotonic: 5_000 };
    expect(isGap(from, { now: 1_000_000 + wallMs, monotonic: 5_000 + monotonicMs }, 10_000)).toBe(gap);
  });
});

describe('when a probe is due', () => {
  const readiness = { kind: 'readiness', firstAttempt: false, ready: false } as const;

  it.each([
    ['a period after the last one was due', readiness, 100_000, 100_400, 110_000],
    ['at once when an attempt took longer than a period', readiness, 100_000, 117_000, 117_000],
    ['once, not for every period that was missed', readiness, 100_000, 165_000, 165_000],
    ['soon when a container that was just started is not ready', { ...readiness, firstAttempt: true }, 0, 400, 1_000],
    ['not when it is', { ...readiness, firstAttempt: true, ready: true }, 0, 400, 10_000],
    ['nor for other probes', { kind: 'liveness', firstAttempt: true, ready: false } as const, 0, 400, 10_000],
  ])('%s', (_what, of, due, now, wanted) => {
    expect(nextDue(of, { periodSeconds: 10 }, due, now)).toBe(wanted);
  });

  it('never waits longer for the second look than a period', () => {
    expect(nextDue({ ...readiness, firstAttempt: true }, { periodSeconds: 1 }, 0, 10)).toBe(1_000);
  });

  it.each([
    ['at once without a delay', { periodSeconds: 10 }, 500, false, 0],
    ['after the delay, counted from the start', { initialDelaySeconds: 5, periodSeconds: 10 }, 1_200, false, 3_800],
    ['at once when it is over', { initialDelaySeconds: 5, periodSeconds: 10 }, 60_000, false, 0],
    ['never later than the delay, whatever the clocks say', { initialDelaySeconds: 5 }, -60_000, false, 5_000],
    ['somewhere in the period for a container of an earlier agent', { periodSeconds: 10 }, 60_000, true, 2_500],
    ['and not before its delay', { initialDelaySeconds: 5, periodSeconds: 10 }, 1_000, true, 4_000],
  ])('first %s', (_what, probe, runningMs, adopted, wanted) => {
    expect(firstDelay(probe, runningMs, adopted, 0.25)).toBe(wanted);
  });
});
