import { badRequest } from '../http/status-error.js';

/** A JSON text, read. */
export interface JsonText {
  readonly value: unknown;
  /** Fields that are there twice, as `spec.containers[0].name`; the last one counts. */
  readonly duplicates: readonly string[];
}

/**
 * Reads JSON, and says which fields it has twice.
 *
 * @throws StatusError 400 for text that is no JSON, is nested too deep, or has a name that would reach a prototype. The
 *   message quotes nothing of the text, which may be a secret (CVE-2020-8564).
 */
export function parseJson(text: string): JsonText {
  const duplicates = scan(text);
  try {
    return { value: JSON.parse(text) as unknown, duplicates };
  } catch {
    throw badRequest('json parse error: the text is not valid JSON');
  }
}

/** No object of Kubernetes is deeper; the limit of manifests. */
const MAX_DEPTH = 64;
/** Names that reach the prototype of JavaScript objects. No Kubernetes field has such a name. */
const DANGEROUS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** Nobody reads more of them. */
const MAX_DUPLICATES = 100;

interface Level {
  /** Where this list or object is. */
  readonly path: string;
  /** Names seen; a list has none. */
  readonly names: Set<string> | undefined;
  /** The name or index that the next value belongs to. */
  at: string | number;
}

/** @throws StatusError 400 for a name that is not allowed; */
export function checkName(name: string): void {
  if (DANGEROUS.has(name)) throw badRequest(`the field name "${name}" is not allowed`);
}

/** Looks at brackets and names only; whether the text is JSON at all is for the parser to say. */
function scan(text: string): string[] {
  const duplicates: string[] = [];
  const levels: Level[] = [];
  // Written so that no position of the text is looked at twice.
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\[^][^"\\]*)*"|[{}[\],]/g)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      if (levels.length >= MAX_DEPTH) throw badRequest(`json parse error: nested more than ${MAX_DEPTH} levels deep`);
      const path = level === undefined ? '' : join(level);
      levels.push({ path, names: token === '{' ? new Set() : undefined, at: token === '{' ? '' : 0 });
    } else if (token === '}' || token === ']') {
      levels.pop();
    } else if (token === ',') {
      if (typeof level?.at === 'number') level.at += 1;
    } else if (level?.names !== undefined && isName(text, index + token.length)) {
      const name = unquote(token);
      checkName(name);
      level.at = name;
      if (level.names.has(name) && duplicates.length < MAX_DUPLICATES) duplicates.push(join(level));
      level.names.add(name);
    }
  }
  return duplicates;
}

const join = ({ path, at }: Level): string =>
  typeof at === 'number' ? `${path}[${at}]` : path === '' ? at : `${path}.${at}`;

/** Is a text that ends here followed by a colon? */
function isName(text: string, end: number): boolean {
  let at = end;
  while (' \t\r\n'.includes(text[at] ?? '.')) at += 1;
  return text[at] === ':';
}

function unquote(token: string): string {
  try {
    return JSON.parse(token) as string;
  } catch {
    // The parser will refuse the whole text.
    return token;
  }
}
