import type { KubeObject } from '../../api/schema/meta.js';

/** Objects: enough for all watchers that keep up; the others write their lines anew. */
const LIMIT = 64;

/**
 * The lines of the objects that changed last, as bytes: a change is written once for all who watch it in the same form.
 * Objects of the store are frozen and another one for each change, so the instance is the key.
 */
export class RecentLines {
  readonly #lines = new Map<KubeObject, Map<string, Buffer>>();

  /** @param form names what `render` makes of the stored object */
  of(stored: KubeObject, form: string, render: () => string): Buffer {
    let forms = this.#lines.get(stored);
    if (forms === undefined) this.#lines.set(stored, (forms = new Map<string, Buffer>()));
    let line = forms.get(form);
    if (line === undefined) forms.set(form, (line = Buffer.from(render())));
    if (this.#lines.size > LIMIT) {
      for (const oldest of this.#lines.keys()) {
        this.#lines.delete(oldest);
        break;
      }
    }
    return line;
  }
}
