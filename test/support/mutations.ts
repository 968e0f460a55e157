/** A change of a manifest that a person, a template or an attacker might make, somewhere in it. */
export interface Mutation {
  /** As text, ready to be read: JSON, where every key can be written. */
  readonly text: string;
  /** For people: what was done, and where. */
  readonly what: string;
}

type Fields = Record<string, unknown>;
type Place = { readonly parent: Fields | unknown[]; readonly key: string | number; readonly path: string };

const pick = <T>(random: () => number, items: readonly T[]): T => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
};

const ODD_TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '../../etc/passwd',
  '/etc/passwd',
  'a/../../b',
  'a\\..\\b',
  'UPPER',
  '-x',
  'x'.repeat(300),
  'ü',
  '\u202Egpj',
  'a\nb',
  'a\u0000b',
  '$(',
  '$(A)$$(B)',
  '1e400',
  '-1',
  '0x10',
  '9'.repeat(40),
  '1.5.2',
  'http://[',
  '::1',
  '999.1.1.1',
  '__proto__',
  'constructor',
];
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  65_536,
  2 ** 31,
  2 ** 53,
  1e308,
  [],
  {},
  [null],
  [[]],
  [{}],
  { a: { b: {} } },
  ...ODD_TEXTS,
];
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  ' ',
  'a.b',
  '../x',
  'Image',
  'name ',
  'x'.repeat(300),
];

/** One to three changes of a manifest's objects. The same stream gives the same changes. */
export function mutate(objects: readonly object[], random: () => number): Mutation {
  const copy = structuredClone(objects) as unknown[];
  const done: string[] = [];
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
    const places = placesIn(copy);
    if (places.length === 0) break;
    const place = pick(random, places);
    const name = pick(random, Object.keys(CHANGES));
    CHANGES[name]?.(place, random, copy);
    done.push(`${name} ${place.path}`);
  }
  return { text: copy.map((object) => JSON.stringify(object)).join('\n---\n'), what: done.join(', ') };
}

const CHANGES: Readonly<Record<string, (place: Place, random: () => number, all: unknown[]) => void>> = {
  replace: ({ key, parent }, random) => set(parent, key, pick(random, ODD_VALUES)),
  text: ({ key, parent }, random) => set(parent, key, pick(random, ODD_TEXTS)),
  remove({ key, parent }) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
  },
  repeat({ key, parent }) {
    if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
  },
  many({ key, parent }) {
    if (Array.isArray(parent)) parent.push(...Array.from({ length: 50 }, () => structuredClone(parent[Number(key)])));
  },
  wrap: ({ key, parent }) => set(parent, key, [get(parent, key)]),
  bury: ({ key, parent }) => set(parent, key, { value: get(parent, key) }),
  transplant({ key, parent }, random, all) {
    const other = pick(random, placesIn(all));
    set(parent, key, structuredClone(get(other.parent, other.key)));
  },
  rename({ key, parent }, random) {
    if (Array.isArray(parent)) return;
    const value = parent[key];
    Reflect.deleteProperty(parent, key);
    set(parent, pick(random, ODD_KEYS), value);
  },
  add({ key, parent }, random) {
    const value = get(parent, key);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      set(value as Fields, pick(random, ODD_KEYS), pick(random, ODD_VALUES));
    }
  },
};

/** As an own property, whatever its name: assigning `__proto__` would set the prototype. */
function set(parent: Fields | unknown[], key: string | number, value: unknown): void {
  Object.defineProperty(parent, key, { value, configurable: true, enumerable: true, writable: true });
}

const get = (parent: Fields | unknown[], key: string | number): unknown => (parent as Fields)[key];

function placesIn(root: unknown[]): Place[] {
  const places: Place[] = [];
  const visit = (parent: Fields | unknown[], at: string): void => {
    for (const key of Object.keys(parent)) {
      const path = `${at}.${key}`;
      places.push({ parent, key: Array.isArray(parent) ? Number(key) : key, path });
      const value = get(parent, key);
      if (typeof value === 'object' && value !== null) visit(value as Fields, path);
    }
  };
  visit(root, '');
  return places;
}
