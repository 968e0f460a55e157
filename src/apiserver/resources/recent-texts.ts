import type { KubeObject } from '../../api/schema/meta.js';

/** Enough for all watchers that keep up; the others write theirs anew. */
const LIMIT = 64;

/**
 * The JSON of the objects that changed last: a change is written once for all who watch it. Objects of the store are
 * frozen and another one for each change, so the instance is the key.
 */
export class RecentTexts {
  readonly #texts = new Map<KubeObject, string>();

  /** @param render makes of the stored object what is sent. */
  of(stored: KubeObject, render: (stored: KubeObject) => unknown): string {
    const known = this.#texts.get(stored);
    if (known !== undefined) return known;
    const text = JSON.stringify(render(stored));
    this.#texts.set(stored, text);
    if (this.#texts.size > LIMIT) {
      for (const oldest of this.#texts.keys()) {
        this.#texts.delete(oldest);
        break;
      }
    }
    return text;
  }
}
