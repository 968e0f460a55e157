import { describe, expect, it } from '@jest/globals';
import { StatsSampler } from '../../../../src/kubelet/metrics/stats-sampler.js';
import { UsageCollector } from '../../../../src/kubelet/metrics/usage-collector.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import type { ContainerSample, RuntimeStats } from '../../../../src/runtime/stats.js';
import { T0 } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { aSample } from '../../../support/samples.js';

const { signal } = new AbortController();
const CALM = new AbortController().signal;

/** Containers that use a quarter of a CPU each, on an engine that answers at once or not. */
class FakeStats implements RuntimeStats {
  readonly clock = new FakeClock();
  readonly running = new Set(['a', 'b']);
  readonly instant: boolean;
  asked: string[] = [];
  /** Followings that go on. */
  following: string[] = [];

  constructor(instant: boolean) {
    this.instant = instant;
  }

  async sample(id: string): Promise<ContainerSample | undefined> {
    await Promise.resolve();
    this.asked.push(id);
    return this.now(id);
  }

  async *follow(id: string, stop: AbortSignal): AsyncGenerator<ContainerSample> {
    this.following.push(id);
    try {
      for (;;) {
        await this.clock.sleep(1_000, stop);
        const sample = this.now(id);
        if (sample === undefined) return;
        yield sample;
      }
    } catch {
      return;
    } finally {
      this.following = this.following.filter((other) => other !== id);
    }
  }

  now(id: string): ContainerSample | undefined {
    const elapsed = this.clock.now() - T0;
    return this.running.has(id) ? aSample(elapsed, elapsed / 4) : undefined;
  }
}

function setUp(instant: boolean, stop: AbortSignal = CALM) {
  const stats = new FakeStats(instant);
  const { clock } = stats;
  const sampler = new StatsSampler({ stats, clock, logger: silentLogger, signal: stop });
  const collector = new UsageCollector({ sample: async (id, within) => sampler.sample(id, within), clock });
  /** Collects, letting time pass until it is done. */
  const collect = async (...ids: string[]): Promise<{ cores: Record<string, number>; tookMs: number }> => {
    const started = clock.now();
    const result = collector.collect(ids, signal);
    let done = false;
    const settled = result.finally(() => {
      done = true;
    });
    // Set by the callback above.
    while (!(done as boolean)) await clock.advance(100);
    const tookMs = clock.now() - started;
    const cores = [...(await settled)].map(([id, { cpuNanoCores }]) => [id, cpuNanoCores / 1e9] as const);
    return { cores: Object.fromEntries(cores), tookMs };
  };
  return { stats, clock, sampler, collect, collector };
}

describe.each([
  ['answers at once', true],
  ['takes a second for each answer', false],
])('with an engine that %s', (_name, instant) => {
  it('usage is known after two samples, and from then on without waiting', async () => {
    const { clock, collect } = setUp(instant);
    const first = await collect('a', 'b');
    expect(first.cores).toEqual({ a: 0.25, b: 0.25 });
    expect(first.tookMs).toBeLessThanOrEqual(3_100);
    await clock.advance(2_000);
    const next = await collect('a');
    expect(next.cores).toEqual({ a: 0.25 });
    expect(next.tookMs).toBeLessThanOrEqual(100);
  });

  it('what does not run is left out at once', async () => {
    const { collect, stats } = setUp(instant);
    stats.running.delete('b');
    expect((await collect('a', 'b', 'unknown')).cores).toEqual({ a: 0.25 });
  });

  it('nothing is asked of no container', async () => {
    const { collect } = setUp(instant);
    expect(await collect()).toEqual({ cores: {}, tookMs: 100 });
  });
});

describe('windows', () => {
  it('are as long as the time between questions, and start anew after a long silence', async () => {
    const { clock, collector, collect } = setUp(true);
    await collect('a');
    await clock.advance(14_000);
    const window = async (): Promise<number | undefined> => (await collector.collect(['a'], signal)).get('a')?.windowMs;
    expect(await window()).toBeGreaterThanOrEqual(14_000);
    await clock.advance(15_000);
    expect(await window()).toBeGreaterThanOrEqual(15_000);
    await clock.advance(5_000);
    expect(await window()).toBe(5_000);
    await clock.advance(90_000);
    const late = collector.collect(['a'], signal);
    await clock.advance(1_000);
    expect((await late).get('a')?.windowMs).toBe(1_000);
  });
});

describe('followings', () => {
  it('are one per container while somebody asks, and end half a minute after the last question', async () => {
    const { clock, collect, stats } = setUp(false);
    await collect('a', 'b');
    await collect('a', 'b');
    expect(stats.following).toEqual(['a', 'b']);
    for (let i = 0; i < 4; i += 1) {
      await clock.advance(10_000);
      await collect('a');
    }
    expect(stats.following).toEqual(['a']);
    await clock.advance(32_000);
    expect(stats.following).toEqual([]);
    expect((await collect('a')).cores).toEqual({ a: 0.25 });
    expect(stats.asked).toEqual([]);
  });

  it('end with the container', async () => {
    const { clock, collect, sampler, stats } = setUp(false);
    await collect('a');
    stats.running.clear();
    await clock.advance(1_000);
    expect(stats.following).toEqual([]);
    const gone = sampler.sample('a', signal);
    await clock.advance(1_000);
    expect(await gone).toBe(undefined);
  });

  it('end with the agent', async () => {
    const stop = new AbortController();
    const { collect, clock, stats } = setUp(false, stop.signal);
    await collect('a');
    stop.abort();
    await clock.advance(0);
    expect(stats.following).toEqual([]);
  });

  it('that bring nothing are not waited for longer than five seconds', async () => {
    const { clock, sampler, stats } = setUp(false);
    const silent = stats;
    silent.follow = async function* (_id, stop) {
      await clock.sleep(1e9, stop);
      yield* [];
    };
    const sample = sampler.sample('a', signal);
    await clock.advance(5_000);
    expect(await sample).toBe(undefined);
  });
});
