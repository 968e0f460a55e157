/**
 * The same function, asked only once about each object: for what says the same as long as the object lives, which never
 * changes. Nothing is kept of an object that nobody else has.
 */
export function once<K extends object, V extends object | string>(compute: (about: K) => V): (about: K) => V {
  const known = new WeakMap<K, V>();
  return (about) => {
    const before = known.get(about);
    if (before !== undefined) return before;
    const answer = compute(about);
    known.set(about, answer);
    return answer;
  };
}

/** The same function, which knows its last answer: for what is asked several times in a row about the same thing. */
export function withLast<K, V>(compute: (about: K) => V): (about: K) => V {
  let last: { readonly about: K; readonly answer: V } | undefined;
  return (about) => {
    if (last?.about !== about) last = { about, answer: compute(about) };
    return last.answer;
  };
}
