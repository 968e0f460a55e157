import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ClockSkew, clockSkew } from '../../../src/docker/clock-skew.js';
import { openEngineStub, reply, type EngineStub } from '../../support/engine-stub.js';
import { FakeClock } from '../../support/fake-clock.js';

const HOUR_MS = 3_600_000;
const { signal } = new AbortController();
let clock: FakeClock;
/** How far the engine's clock is set beside the one the fake began with. */
let engineStepMs: number;
/** What happens while the engine answers. */
let meanwhile: () => void;
/** How long its answer is on its way. */
let slowMs: number;
let stub: EngineStub;
let skew: ClockSkew;

beforeEach(async () => {
  clock = new FakeClock();
  const offsetMs = clock.now() - clock.monotonic();
  engineStepMs = 0;
  meanwhile = () => undefined;
  slowMs = 0;
  stub = await openEngineStub(clock, (_line, response) => {
    const SystemTime = new Date(clock.monotonic() + offsetMs + engineStepMs).toISOString();
    void clock.advance(slowMs).then(() => {
      reply(response, 200, { SystemTime });
      meanwhile();
      meanwhile = () => undefined;
    });
  });
  skew = new ClockSkew(stub.engine, 0);
});
afterEach(async () => stub.close());

it('is not asked for again while nothing was set', async () => {
  for (let minute = 0; minute < 9; minute += 1) {
    await skew.follow(signal);
    await clock.advance(60_000);
  }
  expect(stub.requests).toEqual([]);
});

it.each([HOUR_MS, -HOUR_MS, 2_000])('follows the clock of the agent when that is set by %i ms', async (ms) => {
  clock.step(ms);
  await skew.follow(signal);
  expect(skew.ms).toBe(-ms);
  await skew.follow(signal);
  expect(stub.requests).toHaveLength(1);
});

it.each([0, 8_000])('is none when both clocks are of one machine, and the answer takes %i ms', async (ms) => {
  slowMs = ms;
  clock.step(HOUR_MS);
  engineStepMs = HOUR_MS;
  await skew.follow(signal);
  expect(skew.ms).toBe(0);
});

it('notices within ten minutes that the clock of the engine was set', async () => {
  engineStepMs = HOUR_MS;
  await clock.advance(600_000);
  await skew.follow(signal);
  expect(skew.ms).toBe(HOUR_MS);
});

it('is right at once for who is in the middle of a round when the clock of the agent is set', async () => {
  await skew.follow(signal);
  const before = clock.now();
  clock.step(-2 * HOUR_MS);
  expect(clock.now() + skew.ms).toBe(before);
});

it('is measured again when the clock of the agent is set while the engine answers', async () => {
  meanwhile = () => clock.step(HOUR_MS);
  clock.step(HOUR_MS);
  await skew.follow(signal);
  expect(stub.requests).toHaveLength(2);
  expect(skew.ms).toBe(-2 * HOUR_MS);
});

it('of an engine that is known is not doubted for an answer that took long and agrees with it', async () => {
  engineStepMs = 60_000;
  skew = new ClockSkew(stub.engine, 60_000);
  await clock.advance(600_000);
  // What it says was true when it was asked.
  slowMs = 8_000;
  await skew.follow(signal);
  expect(skew.ms).toBe(60_000);
  engineStepMs = 90_000;
  await clock.advance(600_000);
  await skew.follow(signal);
  expect(skew.ms).toBe(86_000);
});

it.each<[string, number, number]>([
  ['at the question', 0, 0],
  ['in the middle', 4_000, 0],
  ['at the answer', 8_000, 0],
  ['before the question', -1_000, -5_000],
  ['after the answer', 9_000, 5_000],
])('of an answer that took eight seconds, with a time of the engine %s', (_what, engineMs, wanted) => {
  const asked = Date.parse('2026-11-28T12:00:00Z');
  expect(clockSkew(new Date(asked + engineMs).toISOString(), asked, asked + 8_000, 0)).toBe(wanted);
});
