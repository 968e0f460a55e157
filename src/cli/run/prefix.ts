import type { Paint, Style } from '../output/colour.js';

/** Told apart at a glance; red and yellow are kept for problems. */
const COLOURS: readonly Style[] = ['cyan', 'green', 'magenta', 'blue'];

/** Gives each container of a run the start of its log lines: `[pod container] `, in a colour of its own. */
export class LogPrefixes {
  readonly #paint: Paint;
  readonly #known = new Map<string, string>();

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  of(pod: string, container: string): string {
    const name = `[${pod} ${container}]`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const prefix = `${this.#paint(COLOURS[this.#known.size % COLOURS.length] ?? 'cyan', name)} `;
    this.#known.set(name, prefix);
    return prefix;
  }
}
