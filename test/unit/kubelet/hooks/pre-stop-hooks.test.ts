import { describe, expect, it } from '@jest/globals';
import { PreStopHooks } from '../../../../src/kubelet/hooks/pre-stop-hooks.js';
import { aContainer, aPod } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeEngine } from '../../../support/fake-engine.js';
import { FakeStreams } from '../../../support/fake-streams.js';
import { hangingOn } from '../../../support/hanging-on.js';

describe('preStop hooks', () => {
  it('leave nothing on the life of a worker that stops containers again and again', async () => {
    const clock = new FakeClock();
    const told: string[] = [];
    const events = { event: (...[, , reason]: [unknown, unknown, string, ...unknown[]]) => void told.push(reason) };
    const life = new AbortController();
    const hooks = new PreStopHooks({ streams: new FakeStreams(new FakeEngine(clock)), events, clock }, life.signal);
    const begin = (containerId: string): void => {
      const target = {
        pod: aPod(),
        container: aContainer('app'),
        containerId,
        sandboxId: 'sandbox',
        kind: 'app',
      } as const;
      hooks.begin(target, { sleep: { seconds: 5 } });
    };
    begin('ends');
    begin('is left');
    hooks.leave('is left');
    await clock.advance(5_000);
    await hooks.running('ends');
    expect([hangingOn(life.signal), clock.sleeping, told]).toEqual([0, 0, []]);
  });
});
