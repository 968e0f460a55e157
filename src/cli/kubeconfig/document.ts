import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLMap, type YAMLSeq } from 'yaml';
import { KubeletteError } from '../../lib/errors.js';

/** The three named lists of a kubeconfig. */
export type Section = 'clusters' | 'users' | 'contexts';
export const SECTIONS: readonly Section[] = ['clusters', 'users', 'contexts'];

const INNER: Readonly<Record<Section, string>> = { clusters: 'cluster', users: 'user', contexts: 'context' };

/**
 * One kubeconfig file as text that can be changed in places: comments, order and everything unknown stay.
 */
export class KubeconfigDocument {
  readonly #document: Document;
  readonly #indentSeq: boolean;

  /**
   * @param text '' for a new file
   * @throws Invalid when it is not a kubeconfig; the message quotes nothing of it
   */
  constructor(path: string, text: string) {
    this.#document = parseDocument(text, { prettyErrors: false });
    const [error] = this.#document.errors;
    // With the code only: messages of the library may quote the text, and the text holds keys.
    if (error !== undefined) throw new KubeletteError('Invalid', `${path} is not YAML (${error.code})`);
    const { contents } = this.#document;
    if (contents !== null && !isMap(contents) && this.#document.toJS() !== null)
      throw new KubeletteError('Invalid', `${path} is not a kubeconfig`);
    if (!isMap(contents)) this.#document.contents = this.#document.createNode({ apiVersion: 'v1', kind: 'Config' });
    // kubectl writes its lists without indentation; other writers' files keep theirs.
    this.#indentSeq = /^(clusters|users|contexts):[^\S\n]*\n[^\S\n]+-/m.test(text);
  }

  get currentContext(): string {
    const value = this.#document.get('current-context');
    return typeof value === 'string' ? value : '';
  }

  set currentContext(name: string) {
    this.#document.set('current-context', name);
  }

  /** What is said of a name, as plain values; undefined when it is not there. */
  get(section: Section, name: string): unknown {
    const value = this.#find(section, name)?.get(INNER[section], true);
    return value === undefined ? undefined : (value as { toJS(document: Document): unknown }).toJS(this.#document);
  }

  /** Puts `value` in place of what was said of the name; comments on keys that stay are kept. */
  set(section: Section, name: string, value: Readonly<Record<string, unknown>>): void {
    const entry = this.#find(section, name);
    if (entry === undefined) {
      this.#list(section).add(this.#document.createNode({ name, [INNER[section]]: value }));
      return;
    }
    const inner = entry.get(INNER[section]);
    if (!isMap(inner)) {
      entry.set(INNER[section], this.#document.createNode(value));
      return;
    }
    const gone = inner.items
      .map(({ key }) => (isScalar(key) ? key.value : key))
      .filter((key) => !(String(key) in value));
    for (const key of gone) inner.delete(key);
    const before = inner.toJS(this.#document) as Readonly<Record<string, unknown>>;
    for (const [key, part] of Object.entries(value))
      if (!isDeepStrictEqual(before[key], part)) inner.set(key, this.#document.createNode(part));
  }

  /** @returns whether it was there */
  remove(section: Section, name: string): boolean {
    const entry = this.#find(section, name);
    if (entry === undefined) return false;
    const list = this.#list(section);
    list.items.splice(list.items.indexOf(entry), 1);
    return true;
  }

  toString(): string {
    return this.#document.toString({ lineWidth: 0, indentSeq: this.#indentSeq });
  }

  #find(section: Section, name: string): YAMLMap | undefined {
    const list = this.#document.get(section);
    if (!isSeq(list)) return undefined;
    return list.items.filter((item) => isMap(item)).find((item) => item.get('name') === name);
  }

  #list(section: Section): YAMLSeq {
    const list = this.#document.get(section);
    if (isSeq(list)) {
      if (list.items.length === 0) list.flow = false;
      return list;
    }
    // Absent, or `null` as kubectl writes an empty list.
    const made = this.#document.createNode([]) as YAMLSeq;
    this.#document.set(section, made);
    return made;
  }
}
