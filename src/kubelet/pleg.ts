import type { Clock } from '../lib/clock.js';
import { errorMessage, hasCode } from '../lib/errors.js';
import { isAbort, LinkedAbort } from '../lib/abort.js';
import type { Logger } from '../lib/logger.js';
import { Wake } from '../lib/wake.js';
import { RELIST_PERIOD_MS, RELIST_PERIOD_WITHOUT_EVENTS_MS } from '../options.js';
import type { ObservedPod } from '../runtime/observed.js';
import type { ContainerRuntime } from '../runtime/runtime.js';

export interface PlegOptions {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Look at this pod. */
  readonly onPod: (uid: string) => void;
  /** The engine answers again after it did not: look at everything. */
  readonly onRecovered: () => void;
}

/** A listing takes milliseconds, or as long as the engine needs for the container that it is starting right now. */
const SILENCE_MS = 5_000;
/** An engine that is busy with other things takes a few seconds at most to say what there is ... */
const ANSWER_WITHIN_MS = 5_000;
/** ... or twice what it took the last time, up to this. Source: kubelet maxWaitForContainerRuntime. */
const LONGEST_WITHIN_MS = 30_000;
const NO_ANSWER = 'the Docker engine does not answer; pods are left as they are';

/**
 * Pod life-cycle event generator: turns engine events and listings into "look at this pod". Events are hints that may be
 * late, doubled or missing; the listing finds what they did not say. Source: kubelet pkg/kubelet/pleg.
 */
export class Pleg {
  readonly #options: PlegOptions;
  readonly #relistNow = new Wake();
  #streaming = false;
  #healthy = true;
  #answerWithinMs = ANSWER_WITHIN_MS;
  #seen: ReadonlyMap<string, string> = new Map();
  #pods: readonly ObservedPod[] = [];
  #listed: (() => void) | undefined;
  /** Resolves with the first complete listing. */
  readonly firstListing: Promise<void>;

  constructor(options: PlegOptions) {
    this.#options = options;
    this.firstListing = new Promise((resolve) => {
      this.#listed = resolve;
    });
  }

  /** The latest complete listing. */
  get pods(): readonly ObservedPod[] {
    return this.#pods;
  }

  /** Did the engine answer the last time it was asked? */
  get healthy(): boolean {
    return this.#healthy;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#followEvents(signal), this.#relist(signal)]);
  }

  async #followEvents(signal: AbortSignal): Promise<void> {
    const { clock, logger, onPod, runtime } = this.#options;
    while (!signal.aborted) {
      try {
        for await (const { action, uid } of runtime.events(signal)) {
          // Subscribed: list now, so that nothing falls between the last listing and the first event.
          if (action === 'connected') {
            this.#streaming = true;
            this.#relistNow.set();
          } else {
            onPod(uid);
          }
        }
      } catch (error) {
        if (!isAbort(error, signal)) logger.debug({ error: errorMessage(error) }, 'engine event stream ended');
      }
      // Most likely the engine ended: the sooner that is known, the sooner its return is.
      if (this.#streaming) this.#relistNow.set();
      this.#streaming = false;
      try {
        await clock.sleep(RELIST_PERIOD_WITHOUT_EVENTS_MS, signal);
      } catch {
        return;
      }
    }
  }

  async #relist(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await this.#listOnce(signal);
      try {
        await this.#relistNow.wait(this.#streaming ? RELIST_PERIOD_MS : RELIST_PERIOD_WITHOUT_EVENTS_MS, clock, signal);
      } catch {
        return;
      }
    }
  }

  async #listOnce(signal: AbortSignal): Promise<void> {
    const { clock, logger, onPod, onRecovered, runtime } = this.#options;
    const began = clock.monotonic();
    const answered = new LinkedAbort(signal);
    void this.#complainAboutSilence(answered.signal);
    try {
      const pods = await runtime.listPods(signal);
      // One that is slow in everything is told of once, not at every listing: all pods would be looked at each time.
      this.#answerWithinMs = Math.min(LONGEST_WITHIN_MS, Math.max(ANSWER_WITHIN_MS, 2 * (clock.monotonic() - began)));
      this.#pods = pods;
      const now = new Map(pods.map((pod) => [pod.uid, signature(pod)]));
      for (const uid of new Set([...now.keys(), ...this.#seen.keys()])) {
        if (now.get(uid) !== this.#seen.get(uid)) onPod(uid);
      }
      this.#seen = now;
      if (!this.#healthy) {
        this.#healthy = true;
        // Whoever was shown the trouble is shown its end.
        logger.warn('the Docker engine answers again');
        onRecovered();
      }
      this.#listed?.();
    } catch (error) {
      if (isAbort(error, signal)) return;
      this.#unhealthy(hasCode(error, 'Unavailable') ? NO_ANSWER : 'cannot list pods', errorMessage(error));
    } finally {
      answered.abort();
    }
  }

  /**
   * An engine that hangs is told of long before its call is given up: the call may still be answered. One that is asked to start
   * a hundred containers at once keeps a listing waiting for longer, but says so when it is asked what it has.
   */
  async #complainAboutSilence(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const began = clock.monotonic();
    try {
      await clock.sleep(SILENCE_MS, signal);
      while (await this.#answers(signal)) await clock.sleep(SILENCE_MS, signal);
    } catch {
      return;
    }
    this.#unhealthy(NO_ANSWER, `no listing for ${Math.round((clock.monotonic() - began) / 1000)} s`);
  }

  async #answers(signal: AbortSignal): Promise<boolean> {
    const { clock, runtime } = this.#options;
    const asked = new LinkedAbort(signal);
    void clock.sleep(this.#answerWithinMs, asked.signal).then(
      () => asked.abort(new Error('too late')),
      () => undefined,
    );
    try {
      await runtime.answers(asked.signal);
      return true;
    } catch {
      signal.throwIfAborted();
      return false;
    } finally {
      asked.abort();
    }
  }

  /** Told once, until it answers again. */
  #unhealthy(message: string, error: string): void {
    if (!this.#healthy) return;
    this.#healthy = false;
    this.#options.logger.error({ error }, message);
  }
}

/** Changes whenever something about the pod's containers does that a listing shows. */
const signature = ({ containers, sandboxes }: ObservedPod): string =>
  [
    ...sandboxes.map(({ instance, ips, ready }) => `${instance}:${ready}:${ips.join()}`),
    ...containers.map(({ id, paused, startedAt, state }) => `${id}:${state}:${paused}:${startedAt ?? 0}`),
  ].join(' ');
