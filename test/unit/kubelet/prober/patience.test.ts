import { describe, expect, it } from '@jest/globals';
import { abortable } from '../../../../src/lib/abort.js';
import type { Clock } from '../../../../src/lib/clock.js';
import { isTimeout, withPatience } from '../../../../src/kubelet/prober/patience.js';
import { FakeClock } from '../../../support/fake-clock.js';

const never = async (signal: AbortSignal): Promise<never> => abortable(new Promise<never>(() => undefined), signal);

/** When it gives up, in ms. */
async function givesUpAt(ms: number, clock: Clock, advance: (ms: number) => Promise<void>): Promise<number> {
  const began = clock.monotonic();
  let at = -1;
  withPatience(ms, clock, new AbortController().signal, never).catch((error: unknown) => {
    if (isTimeout(error)) at = clock.monotonic() - began;
  });
  for (let step = 0; step < 200 && at === -1; step += 1) await advance(50);
  return at;
}

/** A process that is late for each of its first appointments by so much. */
function lateClock(latenesses: readonly number[]): { clock: Clock; fake: FakeClock } {
  const fake = new FakeClock();
  const left = [...latenesses];
  const clock: Clock = {
    now: () => fake.now(),
    monotonic: () => fake.monotonic(),
    sleep: async (ms, signal) => fake.sleep(ms + (left.shift() ?? 0), signal),
  };
  return { clock, fake };
}

describe('patience', () => {
  it('ends after its time in an agent that is on time', async () => {
    const clock = new FakeClock();
    expect(await givesUpAt(1_000, clock, async (ms) => clock.advance(ms))).toBe(1_000);
  });

  it.each([
    ['what the agent lost is granted again', [0, 600, 0], 2_200],
    ['a little lateness is no loss', [40, 40, 40, 40], 1_160],
    ['never more than the time once more', [900, 900, 900, 900, 900], 6_500],
  ])('%s', async (_what, latenesses, wanted) => {
    const { clock, fake } = lateClock(latenesses);
    const at = await givesUpAt(1_000, clock, async (ms) => fake.advance(ms));
    expect(at).toBeLessThanOrEqual(wanted);
    expect(at).toBeGreaterThan(wanted - 700);
  });

  it('passes on what work says, and lets go of everything', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    expect(await withPatience(1_000, clock, signal, async () => 'done')).toBe('done');
    await expect(withPatience(1_000, clock, signal, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await clock.advance(0);
    expect(clock.sleeping).toBe(0);
  });

  it('ends with the caller', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    let seen: AbortSignal | undefined;
    const waiting = withPatience(1_000, clock, stop.signal, async (signal) => {
      seen = signal;
      return never(signal);
    });
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    expect(seen?.aborted).toBe(true);
  });
});
