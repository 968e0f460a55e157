import { afterEach, describe, expect, it } from '@jest/globals';
import type { Duplex } from 'node:stream';
import { attach } from '../../../src/docker/attach.js';
import { openEngineStub, reply, type EngineStub } from '../../support/engine-stub.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';

const { signal } = new AbortController();
const RUNNING = { Running: true, ExitCode: 0 };
const ENDED = { Running: false, ExitCode: 3 };

let stub: EngineStub;
afterEach(async () => stub.close());

/** Attaches to a container whose streams end at once. @param states what each look shows, and how long it takes */
async function exitCodeWith(states: readonly { readonly state: object; readonly takesMs: number }[]): Promise<number> {
  const clock = new FakeClock();
  let looks = 0;
  stub = await openEngineStub(
    clock,
    (_line, response) => {
      const { state, takesMs } = states[Math.min(looks, states.length - 1)] ?? { state: ENDED, takesMs: 0 };
      looks += 1;
      void clock.advance(takesMs).then(() => reply(response, 200, { State: state, Config: { Tty: false } }));
    },
    (stream: Duplex) => void stream.end(),
  );
  const session = await attach(stub.engine, 'c0ffee', { stdin: false, tty: false }, signal);
  for (const output of [session.stdout, session.stderr]) output?.resume();
  let over = false;
  session.exitCode.catch(() => undefined).finally(() => (over = true));
  await eventually('the exit code is known, or will not be', async () => {
    await clock.advance(50);
    return over;
  });
  return session.exitCode;
}

describe('the exit code of a container that is attached to', () => {
  it('is found also when the look that shows it takes seconds', async () => {
    const states = [
      { state: RUNNING, takesMs: 0 },
      { state: RUNNING, takesMs: 4_000 },
      { state: ENDED, takesMs: 4_000 },
    ];
    expect(await exitCodeWith(states)).toBe(3);
  });

  it('is not waited for when the container runs on', async () => {
    await expect(exitCodeWith([{ state: RUNNING, takesMs: 1_000 }])).rejects.toThrow(
      'the connection to the container was lost',
    );
  });
});
