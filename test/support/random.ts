/** A repeatable stream of numbers from 0 to 1, and what is made of them. */
export class Random {
  #state: number;

  /** @param parts of one seed: the same ones give the same stream */
  constructor(...parts: readonly (string | number)[]) {
    this.#state = parts.reduce<number>((state, part) => mix(state ^ toNumber(part)), 0x2545f491);
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mix(this.#state) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

function mix(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

function toNumber(part: string | number): number {
  if (typeof part === 'number') return part;
  let hash = 0x811c9dc5;
  for (let index = 0; index < part.length; index += 1) hash = Math.imul(hash ^ part.charCodeAt(index), 0x01000193);
  return hash;
}

/** The numbers alone. */
export function randomStream(seed: number): () => number {
  const random = new Random(seed);
  return () => random.next();
}
