/** Something that can be in no object, whatever its kind. */
export interface PlainProblem {
  readonly segments: readonly (string | number)[];
  readonly message: string;
}

/** Aliases can make much out of little text, so what they stand for is counted too. */
const MAX_NODES = 100_000;

/** Names that reach the prototype of JavaScript objects. No Kubernetes field has such a name. */
const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Copy a parsed value: maps without their null entries, which to Kubernetes are absent ones, and every value its own
 * copy, whether or not the text shares it by an alias. Refuses names that would reach a prototype, and values that are
 * too deep, endless or too many.
 */
export function toPlain(value: unknown, maxDepth: number): { value: unknown; problems: PlainProblem[] } {
  const problems: PlainProblem[] = [];
  let nodes = 0;

  const copy = (from: unknown, segments: readonly (string | number)[]): unknown => {
    nodes += 1;
    if (nodes > MAX_NODES) {
      if (nodes === MAX_NODES + 1) problems.push({ segments: [], message: 'too many values' });
      return undefined;
    }
    if (typeof from !== 'object' || from === null) return from ?? undefined;
    if (segments.length >= maxDepth) {
      problems.push({ segments: segments.slice(0, 3), message: `nested more than ${maxDepth} levels deep` });
      // One of these is enough, and a list that contains itself has very many.
      nodes = MAX_NODES + 1;
      return undefined;
    }
    if (Array.isArray(from)) {
      // A null in a list is an empty value of the list's type, which the schema knows and this function does not.
      return from.map((item: unknown, index) => (item === null ? null : copy(item, [...segments, index])));
    }
    const result: Record<string, unknown> = {};
    for (const [key, entry] of Object.entries(from)) {
      const path = [...segments, key];
      if (DANGEROUS.has(key)) problems.push({ segments: path, message: 'this name is not allowed' });
      else if (entry !== null && entry !== undefined) result[key] = copy(entry, path);
    }
    return result;
  };

  return { value: copy(value, []), problems };
}
