const LONGEST_MS = 60_000;

/** Times in whole milliseconds, as many as there may be. */
export class Histogram {
  #counts = new Uint32Array(LONGEST_MS + 1);
  #total = 0;

  add(ms) {
    this.#counts[Math.min(LONGEST_MS, Math.max(0, Math.floor(ms)))] += 1;
    this.#total += 1;
  }

  get total() {
    return this.#total;
  }

  /** The time that this share of all did not exceed, rounded up; 0 when there was nothing. */
  percentile(share) {
    let left = Math.ceil(this.#total * share);
    for (let ms = 0; left > 0; ms += 1) {
      left -= this.#counts[ms];
      if (left <= 0) return ms + 1;
    }
    return 0;
  }
}
