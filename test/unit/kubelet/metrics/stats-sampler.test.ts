import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { abortable } from '../../../../src/lib/abort.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import { StatsSampler } from '../../../../src/kubelet/metrics/stats-sampler.js';
import type { ContainerSample } from '../../../../src/runtime/stats.js';
import { FakeClock } from '../../../support/fake-clock.js';

const { signal } = new AbortController();
let clock: FakeClock;
let stop: AbortController;
let sampler: StatsSampler;
/** Streams that were opened, and those that are open. */
let streams: { opened: number; open: number };
/** After so many samples a stream brings no more, and stays open. */
let stallsAfter: number;

beforeEach(() => {
  clock = new FakeClock();
  stop = new AbortController();
  streams = { opened: 0, open: 0 };
  stallsAfter = Infinity;
  const follow = async function* (_id: string, ended: AbortSignal): AsyncGenerator<ContainerSample> {
    streams.opened += 1;
    streams.open += 1;
    try {
      for (let count = 0; ; count += 1) {
        if (count >= stallsAfter) await abortable(new Promise<never>(() => undefined), ended);
        const memory = { usageBytes: 0, workingSetBytes: 0 };
        yield { takenAt: clock.now(), cpuNanos: 0, memory, networks: [] };
        await clock.sleep(1_000, ended);
      }
    } finally {
      streams.open -= 1;
    }
  };
  const stats = { instant: false, sample: async () => undefined, follow };
  sampler = new StatsSampler({ stats, clock, logger: silentLogger, signal: stop.signal });
});
afterEach(() => stop.abort(new Error('over')));

/** How old a sample is that is asked for now, in seconds. */
async function age(): Promise<number> {
  const sample = await sampler.sample('app', signal);
  return (clock.now() - (sample?.takenAt ?? NaN)) / 1_000;
}

describe('samples from an engine that takes a second for each', () => {
  it('come from one stream, which ends when nobody has asked for a while', async () => {
    expect(await age()).toBe(0);
    await clock.advance(20_500);
    expect(await age()).toBe(0.5);
    expect(streams).toEqual({ opened: 1, open: 1 });
    await clock.advance(60_000);
    expect(streams.open).toBe(0);
  });

  it('come from another stream when one has stalled, as after an hour of sleep', async () => {
    stallsAfter = 3;
    expect(await age()).toBe(0);
    await clock.advance(3_600_000);
    expect(await age()).toBe(0);
    await clock.advance(0);
    expect(streams).toEqual({ opened: 2, open: 1 });
  });
});
