/**
 * Copies JSON-like values deeply and freezes the copies, so that one object can be handed to every reader.
 * Parts that an earlier copy of the same instance made are shared: an object with a new status costs its status only.
 */
export class FrozenCopies {
  readonly #made = new WeakSet();

  /** `undefined` fields are dropped, as JSON would. */
  copy<T>(value: T): T {
    if (typeof value !== 'object' || value === null || this.#made.has(value)) return value;
    const copy: unknown = Array.isArray(value)
      ? value.map((item: unknown) => this.copy(item))
      : // fromEntries defines own properties, so a key `__proto__` stays a key.
        Object.fromEntries(
          Object.entries(value)
            .filter(([, field]) => field !== undefined)
            .map(([key, field]: [string, unknown]) => [key, this.copy(field)]),
        );
    this.#made.add(copy as object);
    return Object.freeze(copy) as T;
  }
}
