import type { Container, Pod } from '../../api/schema/pod.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, hasCode, type KubeletteError } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { goDuration } from '../../lib/time.js';
import type { ImageFound, ImageService } from '../../runtime/runtime.js';
import { BACKOFF_INITIAL_MS, BACKOFF_MAX_MS } from '../core/plan/restart-backoff.js';
import { withDefaultTag } from '../core/images/image-reference.js';
import type { EventSink } from '../events/event-sink.js';
import { ImagePuller, type PullOutcome, type PullView } from './image-puller.js';
import type { FindPullCredentials } from './pull-credentials.js';
import type { PulledImages } from './pulled-images.js';

export type ImageResult =
  | { readonly state: 'present'; readonly image: ImageFound }
  /** `onChange` is called when this is over. */
  | { readonly state: 'pulling' }
  | { readonly state: 'failed'; readonly reason: string; readonly message: string; readonly retryAt: number };

export interface ImageRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  readonly fieldPath: string;
  readonly onChange: () => void;
}

/** ErrImagePull shows for this long before the next look says ImagePullBackOff. */
const FIRST_FAILURE_SHOWN_MS = 1_000;
const NEVER_PULL_RETRY_MS = 10_000;

interface PullRecord {
  /** Attempt a pull was done for, by container name; policy Always pulls once per start. */
  readonly servedFor: Map<string, number>;
  /** Whom to tell when the pull in progress ends, by container name: two containers may want one image. */
  readonly waiting: Map<string, () => void>;
  pulling: boolean;
  failure?: PullFailure & { readonly at: number; readonly delayMs: number; reported: boolean };
}

interface PullFailure {
  readonly reason: 'ErrImagePull' | 'RegistryUnavailable';
  /** For the event. */
  readonly error: string;
  /** For the status. */
  readonly message: string;
}

export interface ImageManagerOptions {
  readonly images: ImageService;
  readonly credentials: FindPullCredentials;
  readonly pulled: Pick<PulledImages, 'pulled'>;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends all pulls: the agent stops. */
  readonly signal: AbortSignal;
}

/**
 * Makes images present, outside the workers: a pull takes as long as it takes and wakes the worker when it ended.
 * One pull per reference at a time, however many pods want it. Back-off per pod and image.
 * Source: kubelet pkg/kubelet/images/image_manager.go.
 */
export class ImageManager {
  readonly #options: ImageManagerOptions;
  readonly #clock: Clock;
  readonly #puller: ImagePuller;
  readonly #records = new Map<string, PullRecord>();

  constructor(options: ImageManagerOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#puller = new ImagePuller(options);
  }

  /** What is being pulled now. */
  get pulls(): readonly PullView[] {
    return this.#puller.pulls;
  }

  /** Is the image there for this start of the container? Starts a pull when it has to. Never waits for one. */
  async ensure(request: ImageRequest, signal: AbortSignal): Promise<ImageResult> {
    const { attempt, container } = request;
    const { image, imagePullPolicy: policy = 'IfNotPresent' } = container;
    let found: ImageFound | undefined;
    try {
      found = await this.#options.images.find(withDefaultTag(image), signal);
    } catch (error) {
      if (signal.aborted || hasCode(error, 'Unavailable')) throw error;
      return this.#cannotInspect(request, error);
    }
    const record = this.#record(request, image);
    const served = record.servedFor.get(container.name) === attempt;
    if (found !== undefined && (policy !== 'Always' || served)) {
      if (!served) {
        this.#event(request, 'Normal', 'Pulled', `Container image "${image}" already present on machine`);
      }
      return { state: 'present', image: found };
    }
    if (policy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      return this.#refuse(request, 'ErrImageNeverPull', 'ErrImageNeverPull', message);
    }
    if (!record.pulling) {
      const backoff = this.#backoff(request, record, image);
      if (backoff !== undefined) return backoff;
      this.#startPull(request, record);
    }
    record.waiting.set(container.name, request.onChange);
    return { state: 'pulling' };
  }

  /** Without a word to anybody: the image, if it is there and no pull has to come before its use. */
  async present({ image, imagePullPolicy }: Container, signal: AbortSignal): Promise<ImageFound | undefined> {
    return imagePullPolicy === 'Always' ? undefined : this.#options.images.find(withDefaultTag(image), signal);
  }

  /** The pod is gone. */
  forget(uid: string): void {
    for (const key of this.#records.keys()) if (key.startsWith(`${uid} `)) this.#records.delete(key);
  }

  #record({ pod }: ImageRequest, image: string): PullRecord {
    const key = `${pod.metadata.uid ?? ''} ${image}`;
    let record = this.#records.get(key);
    if (record === undefined) {
      record = { servedFor: new Map(), waiting: new Map(), pulling: false };
      this.#records.set(key, record);
    }
    return record;
  }

  #backoff(request: ImageRequest, record: PullRecord, image: string): ImageResult | undefined {
    const { failure } = record;
    if (failure === undefined) return undefined;
    const retryAt = failure.at + failure.delayMs;
    const now = this.#clock.monotonic();
    if (now >= retryAt) return undefined;
    if (!failure.reported) {
      failure.reported = true;
      const { error, message, reason } = failure;
      this.#event(request, 'Warning', 'Failed', `Failed to pull image "${image}": ${error}`);
      this.#event(request, 'Warning', 'Failed', `Error: ${reason}`);
      return { state: 'failed', reason, message, retryAt: now + FIRST_FAILURE_SHOWN_MS };
    }
    const message = `Back-off pulling image "${image}"`;
    this.#event(request, 'Normal', 'BackOff', message);
    this.#event(request, 'Warning', 'Failed', 'Error: ImagePullBackOff');
    return {
      state: 'failed',
      reason: 'ImagePullBackOff',
      message: `${message}: ${failure.reason}: ${failure.message}`,
      retryAt,
    };
  }

  #cannotInspect(request: ImageRequest, error: unknown): ImageResult {
    const { image } = request.container;
    const words = errorMessage(error);
    if (hasCode(error, 'Invalid')) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${words}`;
      return this.#refuse(request, 'InspectFailed', 'InvalidImageName', message);
    }
    const message = `Failed to inspect image "${withDefaultTag(image)}": ${words}`;
    return this.#refuse(request, 'InspectFailed', 'ImageInspectError', message);
  }

  #refuse(request: ImageRequest, eventReason: string, reason: string, message: string): ImageResult {
    this.#event(request, 'Warning', eventReason, message);
    this.#event(request, 'Warning', 'Failed', `Error: ${reason}`);
    return { state: 'failed', reason, message, retryAt: this.#clock.monotonic() + NEVER_PULL_RETRY_MS };
  }

  #startPull(request: ImageRequest, record: PullRecord): void {
    const { attempt, container } = request;
    const { image } = container;
    const asked = this.#clock.monotonic();
    record.pulling = true;
    this.#event(request, 'Normal', 'Pulling', `Pulling image "${image}"`);
    // Supervised here: the outcome goes into the record and the workers are woken, whatever it is.
    void this.#pull(request)
      .then(
        ({ found, pullMs }) => {
          delete record.failure;
          record.servedFor.set(container.name, attempt);
          const total = goDuration(Math.trunc(this.#clock.monotonic() - asked));
          const text = `Successfully pulled image "${image}" in ${goDuration(Math.trunc(pullMs))} (${total} including waiting). Image size: ${found.sizeBytes} bytes.`;
          this.#event(request, 'Normal', 'Pulled', text);
        },
        (error: unknown) => {
          this.#options.logger.debug({ image, error: errorMessage(error) }, 'image pull failed');
          // The engine or this agent went away in the middle: no fault of the image.
          if (this.#options.signal.aborted || hasCode(error, 'Unavailable')) return;
          const delayMs = Math.min((record.failure?.delayMs ?? BACKOFF_INITIAL_MS / 2) * 2, BACKOFF_MAX_MS);
          record.failure = { ...pullFailure(image, error), at: this.#clock.monotonic(), delayMs, reported: false };
        },
      )
      .finally(() => {
        record.pulling = false;
        const waiting = [...record.waiting.values()];
        record.waiting.clear();
        for (const tell of waiting) tell();
      });
  }

  async #pull({ container, pod }: ImageRequest): Promise<PullOutcome> {
    const { credentials, events, signal } = this.#options;
    const { auths, missing } = await credentials(pod, container.image, signal);
    if (missing.length > 0) {
      const text = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
      events.event(pod, 'Warning', 'FailedToRetrieveImagePullSecret', text);
    }
    return this.#puller.pull(withDefaultTag(container.image), auths);
  }

  #event({ fieldPath, pod }: ImageRequest, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#options.events.event(pod, type, reason, message, fieldPath);
  }
}

/** Source: kubelet evalCRIPullErr. */
function pullFailure(image: string, error: unknown): PullFailure {
  const words = errorMessage(error);
  if ((error as Partial<KubeletteError>).details?.['reason'] !== 'RegistryUnavailable')
    return { reason: 'ErrImagePull', error: words, message: words };
  const message = `image pull failed for ${image} because the registry is unavailable: ${words}`;
  return { reason: 'RegistryUnavailable', error: `RegistryUnavailable: ${words}`, message };
}
