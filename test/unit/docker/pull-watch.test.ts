import { describe, expect, it } from '@jest/globals';
import { PullWatch } from '../../../src/docker/pull-watch.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hangingOn } from '../../support/hanging-on.js';

describe('the watch over a pull', () => {
  it('gives up what no longer moves, with the last that was heard', async () => {
    const clock = new FakeClock();
    const watch = new PullWatch('a:1', 60_000, clock, new AbortController().signal);
    await clock.advance(59_000);
    watch.moved('1 of 2 layers');
    await clock.advance(59_999);
    expect(watch.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(watch.signal.reason).toMatchObject({
      code: 'Timeout',
      message: 'pull of image "a:1" made no progress for 60 s and was given up (1 of 2 layers)',
    });
  });

  it('ends with whoever wants the image', () => {
    const wanted = new AbortController();
    const watch = new PullWatch('a:1', 60_000, new FakeClock(), wanted.signal);
    const reason = new Error('the agent stops');
    wanted.abort(reason);
    expect(watch.signal.reason).toBe(reason);
  });

  it('leaves nothing on the signal of an agent that pulls again and again', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    for (let pull = 0; pull < 3; pull += 1) new PullWatch('a:1', 60_000, clock, signal).end();
    await clock.advance(0);
    expect([hangingOn(signal), clock.sleeping]).toEqual([0, 0]);
  });
});
