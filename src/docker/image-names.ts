import type { Clock } from '../lib/clock.js';
import type { Engine } from './engine.js';
import { inspectImage } from './images.js';
import type { ImageNames } from './observe.js';

/** Tags move rarely, and a status that shows one some seconds longer harms nobody. */
const KEEP_MS = 30_000;

/** Tags and digests by image id. Bounded: what is too old is dropped when something new comes. */
export class ImageNamesCache {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly names: ImageNames | undefined; readonly until: number }>();
  /** A hundred containers of one image, looked at together, are one question. */
  readonly #asking = new Map<string, Promise<ImageNames | undefined>>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#clock = engine.clock;
  }

  /** `undefined` when the image was removed meanwhile. */
  async of(imageId: string, signal: AbortSignal): Promise<ImageNames | undefined> {
    const known = this.#known.get(imageId);
    if (known !== undefined && known.until > this.#clock.monotonic()) return known.names;
    const asked = this.#asking.get(imageId);
    // Whoever asked first may have lost interest, which ends the question: then it is asked for oneself.
    if (asked !== undefined) return asked.catch(async () => this.#ask(imageId, signal));
    const asking = this.#ask(imageId, signal).finally(() => this.#asking.delete(imageId));
    this.#asking.set(imageId, asking);
    return asking;
  }

  async #ask(imageId: string, signal: AbortSignal): Promise<ImageNames | undefined> {
    const image = await inspectImage(this.#engine, imageId, signal);
    const names = image && { tags: listOf(image.RepoTags), digests: listOf(image.RepoDigests) };
    const now = this.#clock.monotonic();
    for (const [id, { until }] of this.#known) if (until <= now) this.#known.delete(id);
    this.#known.set(imageId, { names, until: now + KEEP_MS });
    return names;
  }
}

/** Engines send null for an empty list, or leave it out. */
const listOf = (list: readonly string[] | null | undefined): readonly string[] => list ?? [];
