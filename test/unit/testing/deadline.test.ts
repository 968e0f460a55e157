import { describe, expect, it } from '@jest/globals';
import { withDeadline, type Deadline } from '../../../src/testing/deadline.js';
import { FakeClock } from '../../support/fake-clock.js';

const never = (): Promise<never> => new Promise(() => undefined);

function setUp(): { clock: FakeClock; deadline: Deadline; lifetime: AbortController } {
  const clock = new FakeClock();
  const lifetime = new AbortController();
  const lastSeen = async (): Promise<string> => 'phase Pending';
  const deadline = { what: 'it was not ready', defaultTimeoutMs: 1000, clock, lifetime: lifetime.signal, lastSeen };
  return { clock, deadline, lifetime };
}

describe('withDeadline', () => {
  it('returns what the work returns, and stops the clock', async () => {
    const { clock, deadline } = setUp();
    expect(await withDeadline(deadline, {}, async () => 42)).toBe(42);
    await clock.advance(0);
    expect(clock.sleeping).toBe(0);
  });

  it('says what was last seen when the default time is over', async () => {
    const { clock, deadline } = setUp();
    const waiting = expect(withDeadline(deadline, {}, never)).rejects.toMatchObject({
      name: 'KubeletteError',
      code: 'Timeout',
      message: 'it was not ready within 1000 ms; last seen: phase Pending',
    });
    await clock.advance(1000);
    await waiting;
  });

  it('takes the given time instead', async () => {
    const { clock, deadline } = setUp();
    const waiting = expect(withDeadline(deadline, { timeoutMs: 5 }, never)).rejects.toThrow('within 5 ms');
    await clock.advance(5);
    await waiting;
  });

  it('waits as long as a given signal allows, and fails with its reason', async () => {
    const { clock, deadline } = setUp();
    const controller = new AbortController();
    const waiting = expect(withDeadline(deadline, { signal: controller.signal }, never)).rejects.toThrow('enough');
    await clock.advance(100_000);
    controller.abort(new Error('enough'));
    await waiting;
  });

  it('fails when what is waited for goes away', async () => {
    const { deadline, lifetime } = setUp();
    const waiting = expect(withDeadline(deadline, {}, never)).rejects.toThrow('node stopped');
    lifetime.abort(new Error('node stopped'));
    await waiting;
  });

  it('aborts the signal of work that took too long', async () => {
    const { clock, deadline } = setUp();
    let seen: AbortSignal | undefined;
    const waiting = expect(
      withDeadline(deadline, {}, (signal) => {
        seen = signal;
        return never();
      }),
    ).rejects.toThrow();
    await clock.advance(1000);
    await waiting;
    expect(seen?.aborted).toBe(true);
  });
});
