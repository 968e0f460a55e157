import { beforeEach, describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { Wake } from '../../../src/lib/wake.js';
import { FakeClock } from '../../support/fake-clock.js';

let clock: FakeClock;
let wake: Wake;
let stop: AbortController;
/** Starts waiting and says, whenever asked, how it stands. */
function waiting(ms: number): () => 'waiting' | 'over' | 'aborted' {
  let state: 'waiting' | 'over' | 'aborted' = 'waiting';
  wake.wait(ms, clock, stop.signal).then(
    () => (state = 'over'),
    () => (state = 'aborted'),
  );
  return () => state;
}

/** What `AbortSignal.any` has left there. It has no name outside Node. */
function dependants(signal: AbortSignal): number {
  const name = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'kDependantSignals');
  const found = name === undefined ? undefined : (Reflect.get(signal, name) as Set<unknown> | undefined);
  return found?.size ?? 0;
}

beforeEach(() => {
  clock = new FakeClock();
  wake = new Wake();
  stop = new AbortController();
});

describe('Wake', () => {
  it('waits until the time has passed', async () => {
    const state = waiting(1_000);
    await clock.advance(999);
    expect(state()).toBe('waiting');
    await clock.advance(1);
    expect(state()).toBe('over');
  });

  it('leaves nothing in the signal, which may live for ever', async () => {
    for (let round = 0; round < 100; round += 1) {
      const state = waiting(1);
      await clock.advance(1);
      expect(state()).toBe('over');
    }
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    expect(dependants(stop.signal)).toBe(0);
  });

  it('ends the wait when set, and leaves no timer behind', async () => {
    const state = waiting(1_000);
    await clock.advance(10);
    wake.set();
    await clock.advance(0);
    expect(state()).toBe('over');
    expect(clock.sleeping).toBe(0);
  });

  it('remembers one that came before anybody waited', async () => {
    wake.set();
    const state = waiting(1_000);
    await clock.advance(0);
    expect(state()).toBe('over');
  });

  it('counts many as one', async () => {
    const first = waiting(1_000);
    wake.set();
    wake.set();
    await clock.advance(0);
    const second = waiting(1_000);
    await clock.advance(999);
    expect([first(), second()]).toEqual(['over', 'waiting']);
  });

  it('is forgotten once its time has passed', async () => {
    waiting(10);
    await clock.advance(10);
    const state = waiting(1_000);
    await clock.advance(999);
    expect(state()).toBe('waiting');
  });

  it('rejects on abort with the reason and can be waited for again', async () => {
    const reason = new Error('enough');
    const wait = wake.wait(1_000, clock, stop.signal);
    stop.abort(reason);
    await expect(wait).rejects.toBe(reason);
    expect(clock.sleeping).toBe(0);
    await expect(wake.wait(0, clock, stop.signal)).rejects.toBe(reason);
    stop = new AbortController();
    wake.set();
    await expect(wake.wait(1_000, clock, stop.signal)).resolves.toBeUndefined();
  });
});
