/** What was made last, by name: a thousand who ask the same get the same. */
export class RecentTexts<T> {
  readonly #made = new Map<string, T>();
  readonly #sizeOf: (text: T) => number;
  readonly #limit: number;
  #bytes = 0;

  /** @param limit bytes that are kept at most, besides the last text */
  constructor(limit: number, sizeOf: (text: T) => number) {
    this.#limit = limit;
    this.#sizeOf = sizeOf;
  }

  of(name: string, make: () => T): T {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const text = make();
    this.#made.set(name, text);
    this.#bytes += this.#sizeOf(text);
    this.#forget();
    return text;
  }

  /** The oldest ones. */
  #forget(): void {
    for (const [name, text] of this.#made) {
      if (this.#bytes <= this.#limit || this.#made.size === 1) return;
      this.#made.delete(name);
      this.#bytes -= this.#sizeOf(text);
    }
  }
}
