import type { Clock } from '../lib/clock.js';
import type { Engine } from './engine.js';

/** Answer of `GET /info`, as far as it is used. */
export interface InfoAnswer {
  readonly SystemTime?: string;
  readonly OperatingSystem?: string;
  readonly SecurityOptions?: readonly string[] | null;
}

/** A clock that moved by less beside another one was not set. */
const STEP_MS = 1_000;
/** The engine's clock may be set too, which nobody tells us. */
const MEASURE_PERIOD_MS = 600_000;

/**
 * Asked again when the agent's clock is set meanwhile: the answer would be off by half of that.
 *
 * @param believed how the clocks are thought to differ until then, ms
 */
export async function askForInfo(
  engine: Engine,
  believed: () => number,
  signal: AbortSignal,
): Promise<{ readonly answer: InfoAnswer; readonly clockSkewMs: number }> {
  for (;;) {
    const [before, offset] = [engine.clock.now(), offsetOf(engine.clock)];
    const answer = await engine.call<InfoAnswer>({ method: 'GET', path: '/info' }, signal);
    const clockSkewMs = clockSkew(answer.SystemTime, before, engine.clock.now(), believed());
    if (Math.abs(offsetOf(engine.clock) - offset) < STEP_MS) return { answer, clockSkewMs };
  }
}

/** Wall time minus monotonic time, ms. */
const offsetOf = (clock: Clock): number => clock.now() - clock.monotonic();

/**
 * Engine clock minus ours. Its time was somewhere between the two of ours, so one that took seconds to answer says little: then it
 * is what it is believed to be, or none, as always on one machine, if that may be so. Else the answer is taken to be half-way. Pure.
 */
export function clockSkew(engineTime: string | undefined, before: number, after: number, believed: number): number {
  const time = engineTime === undefined ? Number.NaN : Date.parse(engineTime);
  if (Number.isNaN(time)) return 0;
  const known = [believed, 0].find((skew) => time - after <= skew && skew <= time - before);
  return known ?? Math.round(time - (before + after) / 2);
}

/**
 * The engine's clock minus the agent's, measured again when the agent's was set, and now and then. On one machine both are
 * the same; on two, a back-off that is computed with the difference of yesterday would be none, or last for hours.
 */
export class ClockSkew {
  readonly #engine: Engine;
  /** As measured, ms. */
  #ms: number;
  /** Of the agent's clock when it was measured, ms. */
  #offsetMs: number;
  #measuredAt: number;

  /** @param ms as measured just now */
  constructor(engine: Engine, ms: number) {
    this.#engine = engine;
    this.#ms = ms;
    this.#offsetMs = offsetOf(engine.clock);
    this.#measuredAt = engine.clock.monotonic();
  }

  /**
   * By how much to correct the agent's clock as it is now. What was read off the engine before the agent's clock was set
   * is compared with the time it was read in, also by whoever is in the middle of it.
   */
  get ms(): number {
    return this.#ms - this.#setMs;
  }

  /** To be called before times of the engine are compared with the agent's. @throws as a call to the engine */
  async follow(signal: AbortSignal): Promise<void> {
    const { clock } = this.#engine;
    if (this.#setMs === 0 && clock.monotonic() - this.#measuredAt < MEASURE_PERIOD_MS) return;
    const { clockSkewMs } = await askForInfo(this.#engine, () => this.ms, signal);
    if (Math.abs(clockSkewMs - this.#ms) >= STEP_MS) this.#ms = clockSkewMs;
    this.#offsetMs = offsetOf(clock);
    this.#measuredAt = clock.monotonic();
  }

  /** By how much somebody has set the agent's clock since it was measured. */
  get #setMs(): number {
    const ms = offsetOf(this.#engine.clock) - this.#offsetMs;
    return Math.abs(ms) >= STEP_MS ? ms : 0;
  }
}
