/**
 * Puts the items of a merged list into the order its author gave. Items the author did not name keep their order among
 * themselves, and each goes before the first named item that followed it so far.
 *
 * @param keyOf what tells items apart, as text
 * @param order the keys as the author wants them
 * @param before the keys as they were in the stored list
 * Source: strategicpatch normalizeElementOrder, k8s.io/apimachinery pkg/util/strategicpatch
 */
export function putInOrder<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  order: readonly string[],
  before: readonly string[],
): T[] {
  const places = firstPlaces(order);
  const earlier = firstPlaces(before);
  const placeOf = (item: T): number => earlier.get(keyOf(item)) ?? -1;
  const named = items
    .filter((item) => places.has(keyOf(item)))
    .sort((a, b) => (places.get(keyOf(a)) ?? 0) - (places.get(keyOf(b)) ?? 0));
  const others = items.filter((item) => !places.has(keyOf(item))).sort((a, b) => placeOf(a) - placeOf(b));

  const result: T[] = [];
  let next = 0;
  for (const other of others) {
    for (let item = named[next]; item !== undefined && placeOf(item) < placeOf(other); item = named[next]) {
      result.push(item);
      next += 1;
    }
    result.push(other);
  }
  return [...result, ...named.slice(next)];
}

/** Where each key is first. */
function firstPlaces(keys: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [index, key] of keys.entries()) if (!places.has(key)) places.set(key, index);
  return places;
}
