import { Lexer, LineCounter, parseAllDocuments, type Document, type ScalarTag, type Tags } from 'yaml';
import { errorMessage } from '../lib/errors.js';
import { splitJsonStream } from './json-stream.js';
import { toPlain, type PlainProblem } from './plain.js';
import type { Position } from './problem.js';
import { badKeys, findOffset } from './yaml-nodes.js';

/** Larger files are refused unread, as by the kubelet. In UTF-16 units. */
const MAX_MANIFEST_LENGTH = 10 * 1024 * 1024;
/** What a hundred thousand nodes are written with at most; more is refused before any tree is built. */
const MAX_TOKENS = 700_000;
const MAX_DEPTH = 64;
const MAX_ALIASES = 100;
/** Nobody reads more problems of one kind in one document. */
const MAX_REPORTED = 100;

/** Something wrong with the text itself, or with a value that can be in no object. */
export interface TextProblem extends Position {
  /** From 1. */
  readonly document: number;
  readonly segments: readonly (string | number)[];
  readonly message: string;
}

/** One document of a file: plain values without nulls, and where they are written. */
export interface TextDocument {
  /** From 1, empty documents counted. */
  readonly number: number;
  readonly value: unknown;
  /**
   * Where a value is written; of a list or map with a name, where that name is. A path that leads nowhere ends at the
   * last step that exists. With `key`, where the name of the last step is.
   */
  readonly locate: (path: readonly (string | number)[], key?: boolean) => Position;
}

/**
 * Read a YAML or JSON file the way kubectl does, JSON objects one after another too: YAML 1.1 words and numbers, no dates, no base 60, aliases and merge
 * keys within limits. Duplicate keys, custom tags and documents that are not well formed are problems; a document with
 * one is left out. Never throws.
 */
export function readDocuments(text: string): { documents: TextDocument[]; problems: TextProblem[] } {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const refused = refuseText(source);
  if (refused !== undefined) return { documents: [], problems: [refused] };

  const lines = countLines(source);
  const documents: TextDocument[] = [];
  const problems: TextProblem[] = [];
  let parsed: readonly { readonly document: Document.Parsed; readonly offset: number }[];
  try {
    parsed = splitJsonStream(source).flatMap(({ offset, text: part }) => {
      const result = parseAllDocuments(part, { ...kubectlYaml, prettyErrors: false });
      return Array.isArray(result) ? result.map((document) => ({ document, offset })) : [];
    });
  } catch (error) {
    // The library reports what is wrong with a text; it throws only when the text is too deep for it.
    const message = error instanceof RangeError ? TOO_DEEP : errorMessage(error);
    return { documents, problems: [atStart(message)] };
  }

  for (const [index, { document, offset: start }] of parsed.entries()) {
    const number = index + 1;
    // An unknown tag is only a warning to the library, but its value is not what its author meant.
    const faults = [...document.errors, ...document.warnings].slice(0, MAX_REPORTED);
    for (const fault of faults) {
      problems.push({ document: number, ...at(lines, start + fault.pos[0]), segments: [], message: fault.message });
    }
    const keys = faults.length > 0 ? [] : badKeys(document, MAX_DEPTH);
    for (const { offset, segments, message } of keys.slice(0, MAX_REPORTED)) {
      problems.push({ document: number, ...at(lines, start + offset), segments, message });
    }
    if (faults.length + keys.length > 0) continue;
    const locate: TextDocument['locate'] = (path, key = false) => at(lines, start + findOffset(document, path, key));
    const { value, problems: found } = plainValue(document);
    problems.push(
      ...found.map(({ segments, message }) => ({ document: number, ...locate(segments, true), segments, message })),
    );
    if (value !== undefined && found.length === 0) documents.push({ number, value, locate });
  }
  return { documents, problems };
}

const TOO_DEEP = `nested more than ${MAX_DEPTH} levels deep`;

const atStart = (message: string): TextProblem => ({ document: 1, line: 1, column: 1, segments: [], message });

/** Types that YAML 1.1 has and kubectl's reader has not. */
const notInKubectl = new Set(
  ['timestamp', 'binary', 'omap', 'set', 'pairs'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** YAML 1.1 has no `0o17`; kubectl reads it. */
const octal12: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => parseInt(text.replaceAll('_', '').replace('0o', ''), 8),
};

const kubectlYaml = {
  version: '1.1' as const,
  // Checked below: the library compares every key of a map with every other one.
  uniqueKeys: false,
  customTags: (tags: Tags): Tags => [
    octal12,
    ...tags.filter(
      (tag) => typeof tag === 'string' || (!notInKubectl.has(tag.tag) && (tag as ScalarTag).format !== 'TIME'),
    ),
  ],
};

/** What can be told from the text alone, before building anything out of it. */
function refuseText(text: string): TextProblem | undefined {
  if (text.length > MAX_MANIFEST_LENGTH) return atStart(`larger than ${MAX_MANIFEST_LENGTH} bytes`);
  const control = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F]/.exec(text);
  if (control !== null) {
    const before = text.slice(0, control.index).split('\n');
    const code = control[0].charCodeAt(0).toString(16).padStart(4, '0');
    const column = (before.at(-1) ?? '').length + 1;
    return { ...atStart(`control character U+${code} is not allowed`), line: before.length, column };
  }
  let tokens = 0;
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > MAX_TOKENS) return atStart('too many values');
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth = Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return atStart(TOO_DEEP);
  }
  return undefined;
}

function plainValue(document: Document.Parsed): { value: unknown; problems: PlainProblem[] } {
  try {
    return toPlain(document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown, MAX_DEPTH);
  } catch (error) {
    const message = error instanceof RangeError ? TOO_DEEP : errorMessage(error);
    return { value: undefined, problems: [{ segments: [], message }] };
  }
}

function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  for (let start = 0; ;) {
    lines.addNewLine(start);
    const end = text.indexOf('\n', start);
    if (end === -1) return lines;
    start = end + 1;
  }
}

function at(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
