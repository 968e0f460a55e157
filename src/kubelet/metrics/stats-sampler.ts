import { abortable, LinkedAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { ContainerSample, RuntimeStats } from '../../runtime/stats.js';

/** A follower that nobody asks ends after this long. */
const IDLE_MS = 30_000;
/** The first sample of a following comes within two seconds. */
const FIRST_SAMPLE_MS = 5_000;

/** One that has brought nothing for so long has stalled, as the connection to another machine has after an hour of sleep. */
const STALLED_MS = 60_000;

interface Follower {
  latest: ContainerSample | undefined;
  /** When it was asked, and when the engine was heard, on the monotonic clock. */
  askedAt: number;
  heardAt: number;
  readonly first: Promise<void>;
  readonly end: () => void;
}

/**
 * Samples when somebody asks, and costs nothing when nobody does. Where the engine takes a second for each answer, one
 * following per container stands behind the answers, until nobody has asked for half a minute.
 */
export class StatsSampler {
  readonly #stats: RuntimeStats;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #signal: AbortSignal;
  readonly #followers = new Map<string, Follower>();

  /** @param options.signal ends all followings: the agent stops */
  constructor(options: { stats: RuntimeStats; clock: Clock; logger: Logger; signal: AbortSignal }) {
    this.#stats = options.stats;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#signal = options.signal;
  }

  /** At most about a second old. Undefined when the container does not run. */
  async sample(id: string, signal: AbortSignal): Promise<ContainerSample | undefined> {
    if (this.#stats.instant) return this.#stats.sample(id, signal);
    const now = this.#clock.monotonic();
    const known = this.#followers.get(id);
    const hasStalled = known !== undefined && now - known.heardAt > STALLED_MS;
    if (hasStalled) known.end();
    const follower = known === undefined || hasStalled ? this.#follow(id) : known;
    follower.askedAt = now;
    if (follower.latest === undefined) await this.#firstOf(follower, signal);
    return follower.latest;
  }

  async #firstOf({ first }: Follower, signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const expired = this.#clock.sleep(FIRST_SAMPLE_MS, AbortSignal.any([signal, timer.signal])).catch(() => undefined);
    try {
      await abortable(Promise.race([first, expired]), signal);
    } finally {
      timer.abort();
    }
  }

  #follow(id: string): Follower {
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const stream = new LinkedAbort(this.#signal);
    const now = this.#clock.monotonic();
    const follower: Follower = { latest: undefined, askedAt: now, heardAt: now, first, end: () => stream.abort() };
    this.#followers.set(id, follower);
    // Supervised here: it ends by itself, and whoever asks next starts another one.
    void this.#keep(id, follower, arrived, stream.signal)
      .catch((error: unknown) => this.#logger.debug({ id, error: errorMessage(error) }, 'container stats ended'))
      .finally(() => {
        stream.release();
        if (this.#followers.get(id) === follower) this.#followers.delete(id);
        arrived();
      });
    return follower;
  }

  async #keep(id: string, follower: Follower, arrived: () => void, signal: AbortSignal): Promise<void> {
    for await (const sample of this.#stats.follow(id, signal)) {
      follower.latest = sample;
      follower.heardAt = this.#clock.monotonic();
      arrived();
      if (this.#clock.monotonic() - follower.askedAt > IDLE_MS) return;
    }
  }
}
