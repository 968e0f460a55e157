/** Ways to ask, and how far apart those who ask are: enough for all watchers that keep up. */
const LIMIT = 16;

/** What was made last, by name: a thousand who ask the same get the same. */
export class RecentTexts<T> {
  readonly #made = new Map<string, T>();

  of(name: string, make: () => T): T {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const text = make();
    this.#made.set(name, text);
    if (this.#made.size > LIMIT) {
      for (const oldest of this.#made.keys()) {
        this.#made.delete(oldest);
        break;
      }
    }
    return text;
  }
}
