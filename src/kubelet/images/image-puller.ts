import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, hasCode, KubeletteError } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { ImageFound, ImageService, PullProgress, RegistryAuth } from '../../runtime/runtime.js';
import type { PulledImages } from './pulled-images.js';

export interface PullOutcome {
  readonly found: ImageFound;
  /** Without the time it stood in line. */
  readonly pullMs: number;
}

/** A pull that goes on now. */
export interface PullView {
  readonly image: string;
  /** `3 of 5 layers, 12.4 MB of 30.1 MB`; empty until the engine said something. */
  readonly text: string;
}

/** Pulls running side by side; Docker downloads three layers of each. */
const PARALLEL_PULLS = 3;
/** A pull is logged this often while it goes on. Source: cri-dockerd, defaultImagePullingProgressReportInterval. */
const REPORT_PERIOD_MS = 10_000;

/**
 * Pulls images, each reference with the same credentials once at a time however many ask for it, and three at most side
 * by side. Source: kubelet, pkg/kubelet/kuberuntime/kuberuntime_image.go.
 */
export class ImagePuller {
  readonly #images: ImageService;
  readonly #pulled: Pick<PulledImages, 'pulled'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #signal: AbortSignal;
  readonly #limit: LimitFunction = pLimit(PARALLEL_PULLS);
  readonly #inFlight = new Map<string, Promise<PullOutcome>>();
  readonly #progress = new Map<string, PullView>();

  /** @param signal ends all pulls */
  constructor(options: {
    images: ImageService;
    pulled: Pick<PulledImages, 'pulled'>;
    clock: Clock;
    logger: Logger;
    signal: AbortSignal;
  }) {
    this.#images = options.images;
    this.#pulled = options.pulled;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#signal = options.signal;
  }

  /** What is being pulled now. */
  get pulls(): readonly PullView[] {
    return [...this.#progress.values()];
  }

  /** @param auths tried in turn; none: without. @throws what the engine said, of each try */
  async pull(reference: string, auths: readonly RegistryAuth[]): Promise<PullOutcome> {
    // Who has other credentials may be refused, so who has none must not profit from theirs.
    const key = JSON.stringify([reference, auths]);
    const running = this.#inFlight.get(key);
    if (running !== undefined) return running;
    const pull = this.#limit(() => this.#pullNow(key, reference, auths)).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, pull);
    return pull;
  }

  async #pullNow(key: string, image: string, auths: readonly RegistryAuth[]): Promise<PullOutcome> {
    const started = this.#clock.monotonic();
    let reported = started;
    const onProgress = ({ text }: PullProgress): void => {
      this.#progress.set(key, { image, text });
      const now = this.#clock.monotonic();
      if (now - reported < REPORT_PERIOD_MS) return;
      reported = now;
      this.#logger.info({ image, progress: text }, 'pulling image');
    };
    onProgress({ text: '' });
    try {
      const before = await this.#images.list(this.#signal);
      const found = await this.#tryEach(image, auths.length === 0 ? [undefined] : auths, onProgress);
      const pullMs = this.#clock.monotonic() - started;
      const wasThere = before.some(({ id }) => id === found.id);
      await this.#pulled.pulled(found.id, image, wasThere);
      this.#logger.info({ image, ms: Math.trunc(pullMs) }, 'pulled image');
      return { found, pullMs };
    } finally {
      this.#progress.delete(key);
    }
  }

  async #tryEach(
    image: string,
    auths: readonly (RegistryAuth | undefined)[],
    onProgress: (progress: PullProgress) => void,
  ): Promise<ImageFound> {
    const failures: unknown[] = [];
    for (const auth of auths) {
      try {
        return await this.#images.pull(image, auth, onProgress, this.#signal);
      } catch (error) {
        // Other credentials would not help.
        if (this.#signal.aborted || hasCode(error, 'Unavailable')) throw error;
        failures.push(error);
      }
    }
    throw allOf(failures);
  }
}

/** One error as it is; several as Go prints a list of them, each text once. */
function allOf(failures: readonly unknown[]): unknown {
  const texts = [...new Set(failures.map(errorMessage))];
  return texts.length < 2 ? failures[0] : new KubeletteError('Internal', `[${texts.join(', ')}]`, { cause: failures });
}
