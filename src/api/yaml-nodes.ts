import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type ParsedNode, type YAMLMap } from 'yaml';

/**
 * Where the value at the end of a path is written, as an offset into the text; of a list or map with a name, where that
 * name is. A path that leads nowhere ends at the last step that exists. Aliases and merged maps are followed.
 */
export function findOffset(document: Document.Parsed, path: readonly (string | number)[], wantKey: boolean): number {
  let node: Node | null = document.contents;
  let found = offsetOf(node) ?? 0;
  for (const [index, segment] of path.entries()) {
    node = resolve(document, node);
    if (isSeq(node) && typeof segment === 'number') {
      node = (node.items[segment] as Node | undefined) ?? null;
      found = offsetOf(node) ?? found;
    } else if (isMap(node)) {
      const pair = findPair(document, node, String(segment));
      if (pair === undefined) return found;
      const keyOffset = offsetOf(pair.key) ?? found;
      node = pair.value;
      const last = index === path.length - 1;
      found = isScalar(node) && node.source !== '' && !(wantKey && last) ? (offsetOf(node) ?? keyOffset) : keyOffset;
    } else {
      return found;
    }
    if (node === null) return found;
  }
  return found;
}

/** Booleans and numbers are names too, as they are read. */
const nameOf = (key: Node): string | undefined =>
  isScalar(key) && !isMissing(key.value) ? String(key.value) : undefined;

const isMissing = (value: unknown): boolean => value === null || value === undefined;

const isMergeKey = (key: Node): boolean => isScalar(key) && key.source === '<<';

const offsetOf = (node: Node | null): number | undefined => (node as ParsedNode | null)?.range[0];

const resolve = (document: Document.Parsed, node: Node | null): Node | null =>
  isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : node;

/** Merged maps may merge others. */
const MAX_MERGES = 64;

/** The entry a name comes from: the map's own one, else one merged into it. */
function findPair(
  document: Document.Parsed,
  map: YAMLMap,
  name: string,
  depth = 0,
): { key: Node; value: Node | null } | undefined {
  const pairs = map.items as { key: Node; value: Node | null }[];
  const own = pairs.find(({ key }) => nameOf(key) === name);
  if (own !== undefined || depth > MAX_MERGES) return own;
  for (const { key, value } of pairs) {
    if (!isMergeKey(key)) continue;
    const merged = resolve(document, value);
    for (const candidate of isSeq(merged) ? (merged.items as Node[]) : [merged]) {
      const target = resolve(document, candidate);
      const pair = isMap(target) ? findPair(document, target, name, depth + 1) : undefined;
      if (pair !== undefined) return pair;
    }
  }
  return undefined;
}

/** A name in a map that cannot be one. */
export interface BadKey {
  readonly offset: number;
  readonly segments: (string | number)[];
  readonly message: string;
}

/** Names written twice in one map, and names that are none. */
export function badKeys(document: Document.Parsed, maxDepth: number): BadKey[] {
  const found: BadKey[] = [];
  const look = (node: Node | null, segments: (string | number)[]): void => {
    if (segments.length > maxDepth) return;
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) look(item as Node | null, [...segments, index]);
    } else if (isMap(node)) {
      const seen = new Set<string>();
      for (const { key, value } of node.items as { key: Node; value: Node | null }[]) {
        const offset = offsetOf(key) ?? 0;
        const name = nameOf(key);
        if (name === undefined) {
          found.push({ offset, segments, message: 'the name of a field must be plain text' });
          continue;
        }
        if (isMergeKey(key)) continue;
        if (seen.has(name)) found.push({ offset, segments: [...segments, name], message: 'duplicate field' });
        seen.add(name);
        look(value, [...segments, name]);
      }
    }
  };
  look(document.contents, []);
  return found;
}
