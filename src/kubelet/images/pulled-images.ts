import { readFile } from 'node:fs/promises';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { replaceFile } from '../../store/durable-file.js';
import type { PulledImage } from '../core/images/image-garbage.js';

/**
 * Which images came to the engine by this agent's pulls, in a file, because images bear no labels of ours. What is not in it
 * is somebody else's and never removed; so a file that is lost or broken costs nothing but disk.
 */
export class PulledImages {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #images: Map<string, PulledImage> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: { readonly path: string; readonly clock: Clock; readonly logger: Logger }) {
    this.#path = options.path;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  async list(): Promise<readonly PulledImage[]> {
    return [...(await this.#load()).values()];
  }

  /** A pull has ended with this image. @param wasThere whether the engine had it already, by whatever name */
  async pulled(id: string, reference: string, wasThere: boolean): Promise<void> {
    const images = await this.#load();
    const known = images.get(id);
    if (known === undefined && wasThere) return;
    const now = this.#clock.now();
    images.set(id, {
      id,
      references: [...new Set([...(known?.references ?? []), reference])],
      pulledAt: known?.pulledAt ?? now,
      lastUsedAt: now,
    });
    await this.#write();
  }

  /** Those that are in use now, and those that are gone. */
  async seen(used: ReadonlySet<string>, present: ReadonlySet<string>): Promise<void> {
    const images = await this.#load();
    for (const image of [...images.values()]) {
      if (!present.has(image.id)) images.delete(image.id);
      else if (used.has(image.id)) images.set(image.id, { ...image, lastUsedAt: this.#clock.now() });
    }
    await this.#write();
  }

  async #load(): Promise<Map<string, PulledImage>> {
    if (this.#images !== undefined) return this.#images;
    const content = await readFile(this.#path, 'utf8').catch(() => '[]');
    // Another call may have been faster.
    this.#images ??= new Map(this.#parse(content).map((image) => [image.id, image]));
    return this.#images;
  }

  #parse(content: string): readonly PulledImage[] {
    try {
      const value: unknown = JSON.parse(content);
      if (Array.isArray(value) && value.every(isPulledImage)) return value;
    } catch {
      // As below.
    }
    this.#logger.warn(
      { path: this.#path },
      'the list of pulled images cannot be read; those in it are kept from now on',
    );
    return [];
  }

  /** One write at a time, each with what is known when it begins. */
  async #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      try {
        const file = await replaceFile(
          this.#path,
          `${JSON.stringify([...(this.#images?.values() ?? [])], undefined, 1)}\n`,
        );
        await file.close();
      } catch (error) {
        this.#logger.warn({ error: errorMessage(error) }, 'the list of pulled images was not written');
      }
    });
    await this.#writing;
  }
}

function isPulledImage(value: unknown): value is PulledImage {
  const { id, lastUsedAt, pulledAt, references } = (value ?? {}) as Partial<Record<keyof PulledImage, unknown>>;
  return (
    typeof id === 'string' &&
    typeof pulledAt === 'number' &&
    typeof lastUsedAt === 'number' &&
    Array.isArray(references) &&
    references.every((reference) => typeof reference === 'string')
  );
}
