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

export async function askForInfo(
  engine: Engine,
  signal: AbortSignal,
): Promise<{ readonly answer: InfoAnswer; readonly clockSkewMs: number }> {
  const before = engine.clock.now();
  const answer = await engine.call<InfoAnswer>({ method: 'GET', path: '/info' }, signal);
  return { answer, clockSkewMs: clockSkew(answer.SystemTime, before, engine.clock.now()) };
}

/** Engine clock minus ours, taking the answer to be half-way between the two of our times. Pure. */
export function clockSkew(engineTime: string | undefined, before: number, after: number): number {
  const time = engineTime === undefined ? Number.NaN : Date.parse(engineTime);
  return Number.isNaN(time) ? 0 : Math.round(time - (before + after) / 2);
}

/**
 * The engine's clock minus the agent's, measured again when the agent's was set, and now and then. On one machine both are
 * the same; on two, a back-off that is computed with the difference of yesterday would be none, or last for hours.
 */
export class ClockSkew {
  readonly #engine: Engine;
  #ms: number;
  /** Of the agent's clock: wall time minus monotonic time when it was measured, and when that was. */
  #offsetMs = 0;
  #measuredAt = 0;

  /** @param ms as measured just now */
  constructor(engine: Engine, ms: number) {
    this.#engine = engine;
    this.#ms = ms;
    this.#note();
  }

  get ms(): number {
    return this.#ms;
  }

  /** To be called before times of the engine are compared with the agent's. @throws as a call to the engine */
  async follow(signal: AbortSignal): Promise<void> {
    const { clock } = this.#engine;
    const wasSet = Math.abs(clock.now() - clock.monotonic() - this.#offsetMs) >= STEP_MS;
    if (!wasSet && clock.monotonic() - this.#measuredAt < MEASURE_PERIOD_MS) return;
    const { clockSkewMs } = await askForInfo(this.#engine, signal);
    if (Math.abs(clockSkewMs - this.#ms) >= STEP_MS) this.#ms = clockSkewMs;
    this.#note();
  }

  #note(): void {
    const { clock } = this.#engine;
    this.#offsetMs = clock.now() - clock.monotonic();
    this.#measuredAt = clock.monotonic();
  }
}
