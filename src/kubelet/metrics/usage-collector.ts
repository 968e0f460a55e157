import type { Clock } from '../../lib/clock.js';
import type { ContainerSample } from '../../runtime/stats.js';
import { computeUsage, type Usage } from './usage.js';

/** A rate is taken over at most so long; metrics-server asks every 15 s. */
const WINDOW_MS = 15_000;
/** What nobody has asked for so long is forgotten. */
const FORGOTTEN_MS = 120_000;
/** Whoever asks first waits this often for a second sample. */
const TRIES = 4;
const BETWEEN_SAMPLES_MS = 1_000;

type Sample = (id: string, signal: AbortSignal) => Promise<ContainerSample | undefined>;

/** Turns samples into usage: remembers of each container an earlier sample to compare with. */
export class UsageCollector {
  readonly #sample: Sample;
  readonly #clock: Clock;
  /** By id. `at` is on the monotonic clock. */
  readonly #earlier = new Map<string, { sample: ContainerSample; at: number }>();

  constructor(options: { sample: Sample; clock: Clock }) {
    this.#sample = options.sample;
    this.#clock = options.clock;
  }

  /**
   * Usage of these containers, by id; those that do not run are left out. The first time it takes a second or two.
   * @throws `Unavailable` when the engine does not answer
   */
  async collect(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Usage>> {
    this.#forget();
    const usages = new Map<string, Usage>();
    let missing = [...new Set(ids)];
    for (let tries = TRIES; missing.length > 0; tries -= 1) {
      const asked = await Promise.all(missing.map(async (id) => [id, await this.#sample(id, signal)] as const));
      const running = asked.flatMap(([id, sample]) => (sample === undefined ? [] : [{ id, sample }]));
      for (const { id, sample } of running) {
        const usage = this.#compare(id, sample);
        if (usage !== undefined) usages.set(id, usage);
      }
      missing = running.map(({ id }) => id).filter((id) => !usages.has(id));
      if (missing.length === 0 || tries <= 1) break;
      await this.#clock.sleep(BETWEEN_SAMPLES_MS, signal);
    }
    return usages;
  }

  #compare(id: string, sample: ContainerSample): Usage | undefined {
    const now = this.#clock.monotonic();
    const earlier = this.#earlier.get(id);
    const stale = earlier === undefined || now - earlier.at > FORGOTTEN_MS / 2;
    const usage = stale ? undefined : computeUsage(earlier.sample, sample);
    const restarted = earlier !== undefined && sample.cpuNanos < earlier.sample.cpuNanos;
    if (stale || restarted || now - earlier.at >= WINDOW_MS) this.#earlier.set(id, { sample, at: now });
    return usage;
  }

  #forget(): void {
    const now = this.#clock.monotonic();
    for (const [id, { at }] of this.#earlier) if (now - at > FORGOTTEN_MS) this.#earlier.delete(id);
  }
}
