/**
 * Where a reader of a log is: the newest timestamp it saw, and how many records of each stream had it. The engine's
 * `since` is inclusive, so reading on from there brings those again, in the same order; the cursor skips them.
 * Never the nanosecond after: pieces of a long line share their timestamp.
 */
export class LogCursor {
  #newest: string | undefined;
  #seen = { stdout: 0, stderr: 0 };
  #toSkip = { stdout: 0, stderr: 0 };

  /** For the engine's `since`, `undefined` before the first record. Reading starts over from there. */
  resume(): string | undefined {
    this.#toSkip = { ...this.#seen };
    return this.#newest;
  }

  /** Notes the record; false when an earlier reading had it. */
  accept(record: { readonly stream: 'stdout' | 'stderr'; readonly timestamp: string }): boolean {
    const { stream, timestamp } = record;
    if (timestamp === this.#newest) {
      if (this.#toSkip[stream] > 0) {
        this.#toSkip[stream] -= 1;
        return false;
      }
      this.#seen[stream] += 1;
      return true;
    }
    // Fixed-width UTC text sorts as time. The two streams may run backwards against each other by microseconds.
    if (this.#newest === undefined || timestamp > this.#newest) {
      this.#newest = timestamp;
      this.#seen = { stdout: 0, stderr: 0, [stream]: 1 };
      this.#toSkip = { stdout: 0, stderr: 0 };
    }
    return true;
  }
}

/** `2006-01-02T15:04:05.123456789Z` as the engine's `since` wants it: `1136214245.123456789`. */
export function toSince(timestamp: string): string {
  const [seconds = '', fraction = ''] = timestamp.replace(/Z$/, '').split('.');
  return `${Date.parse(`${seconds}Z`) / 1_000}.${fraction.padEnd(9, '0').slice(0, 9)}`;
}
