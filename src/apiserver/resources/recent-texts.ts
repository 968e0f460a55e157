/** What was made last, by name: a thousand who ask the same get the same. */
export class RecentTexts<T> {
  readonly #made = new Map<string, T>();
  readonly #limit: number;

  /** @param limit how many are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  of(name: string, make: () => T): T {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const text = make();
    this.#made.set(name, text);
    if (this.#made.size > this.#limit) {
      for (const oldest of this.#made.keys()) {
        this.#made.delete(oldest);
        break;
      }
    }
    return text;
  }
}
