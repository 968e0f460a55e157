import { expect, it } from '@jest/globals';
import { abortable } from '../../../src/lib/abort.js';
import { untilRemoved } from '../../../src/teardown.js';
import { FakeClock } from '../../support/fake-clock.js';

const GRACE_MS = 10_000;

/** How a removal that takes so long comes out, and after how many seconds that is known. */
async function outcomeOf(takesMs: number, engineAnswers: () => boolean): Promise<string> {
  const clock = new FakeClock();
  const began = clock.monotonic();
  let outcome = 'not known';
  let given: AbortSignal | undefined;
  const removal = async (signal: AbortSignal): Promise<void> => {
    given = signal;
    await abortable(clock.sleep(takesMs, signal), signal);
  };
  void untilRemoved(removal, GRACE_MS, engineAnswers, clock).then((isDone) => {
    outcome = `${isDone ? 'done' : 'given up'} after ${(clock.monotonic() - began) / 1_000} s`;
  });
  for (let second = 0; second < 600 && outcome === 'not known'; second += 1) await clock.advance(1_000);
  expect(given?.aborted).toBe(true);
  expect(clock.sleeping).toBe(0);
  return outcome;
}

it('that fails is not done', async () => {
  const removal = async (): Promise<void> => Promise.reject(new Error('no'));
  expect(await untilRemoved(removal, 0, () => true, new FakeClock())).toBe(false);
});

it.each<[string, number, () => boolean, string]>([
  ['that is quick ends when it is done', 3_000, () => true, 'done after 3 s'],
  ['on an engine that is slow is waited for', 95_000, () => true, 'done after 95 s'],
  ['on an engine that hangs is given up 30 s after the grace', 95_000, () => false, 'given up after 40 s'],
  ['that never ends is not waited for for ever', 1e9, () => true, 'given up after 190 s'],
])('a removal %s', async (_what, takesMs, engineAnswers, wanted) => {
  expect(await outcomeOf(takesMs, engineAnswers)).toBe(wanted);
});
