import { labelValueProblems, qualifiedNameProblems } from '../../api/names.js';
import { badRequest } from '../http/status-error.js';

/** Decides by an object's labels. */
export type LabelMatch = (labels: Readonly<Record<string, string>>) => boolean;

type Token = { readonly kind: 'text' | 'symbol' | 'end'; readonly text: string };

/** As the API server lists them when it finds something else. */
const OPERATORS = 'in, notin, =, ==, !=, gt, lt';
/** Longer ones are refused before anything reads them. */
const MAX_LENGTH = 64 * 1024;

/**
 * Reads a label selector: requirements joined by commas, each one of `k=v`, `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`,
 * `k>1`, `k<1`, `k`, `!k`. Without the key, `!=` and `notin` hold. Empty text selects everything.
 *
 * @throws StatusError 400 in the words of the API server
 * Source: apimachinery pkg/labels/selector.go
 */
export function parseLabelSelector(text: string): LabelMatch {
  if (text.length > MAX_LENGTH) throw badRequest('unable to parse requirement: the selector is too long');
  const reader = new TokenReader(tokenize(text));
  const requirements: LabelMatch[] = [];
  for (let first = true; ; first = false) {
    const next = reader.peek();
    const begins = next.kind === 'text' || next.text === '!';
    if (next.kind === 'end' && first) return () => true;
    if (!begins) {
      throw badRequest(
        first
          ? `found '${next.text}', expected: !, identifier, or 'end of string'`
          : `found '${next.text}', expected: identifier after ','`,
      );
    }
    requirements.push(readRequirement(reader));
    const after = reader.take();
    if (after.kind === 'end') return (labels) => requirements.every((matches) => matches(labels));
    if (after.text !== ',' || after.kind === 'text') {
      throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`);
    }
  }
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '' };
  }

  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }
}

/** Words, and the signs that are not part of a word. Linear: no pattern can match in two ways. */
function tokenize(text: string): Token[] {
  return [...text.matchAll(/[^\s!=<>(),]+|[=!]=|[!=<>(),]/g)].map(([match]) => ({
    kind: /^[!=<>(),]/.test(match) ? 'symbol' : 'text',
    text: match,
  }));
}

const unreadable = (why: string): Error => badRequest(`unable to parse requirement: ${why}`);

function readRequirement(reader: TokenReader): LabelMatch {
  const negated = reader.peek().text === '!' && reader.peek().kind === 'symbol';
  if (negated) reader.take();
  const key = reader.take();
  if (key.kind !== 'text') throw unreadable(`found '${key.text}', expected: identifier`);
  check('key', key.text, qualifiedNameProblems);
  const next = reader.peek();
  if (negated) return (labels) => !Object.hasOwn(labels, key.text);
  if (next.kind === 'end' || (next.kind === 'symbol' && next.text === ',')) {
    return (labels) => Object.hasOwn(labels, key.text);
  }
  return readComparison(reader, key.text);
}

function readComparison(reader: TokenReader, key: string): LabelMatch {
  const operator = reader.take().text;
  switch (operator) {
    case '=':
    case '==': {
      const value = readValue(reader, key);
      return (labels) => own(labels, key) === value;
    }
    case '!=': {
      const value = readValue(reader, key);
      return (labels) => own(labels, key) !== value;
    }
    case 'in':
    case 'notin': {
      const values = readSet(reader, key);
      return (labels) => {
        const label = own(labels, key);
        return (label !== undefined && values.has(label)) === (operator === 'in');
      };
    }
    case '>':
    case '<': {
      const bound = readInteger(reader, key);
      return (labels) => {
        const label = own(labels, key);
        if (label === undefined || !/^[+-]?\d{1,19}$/.test(label)) return false;
        return operator === '>' ? BigInt(label) > bound : BigInt(label) < bound;
      };
    }
    default:
      throw unreadable(`found '${operator}', expected: ${OPERATORS}`);
  }
}

/** A word, or nothing at all: `k=` asks for an empty value. */
function readValue(reader: TokenReader, key: string): string {
  const token = reader.peek();
  if (token.kind === 'end' || (token.kind === 'symbol' && token.text === ',')) return '';
  reader.take();
  if (token.kind !== 'text') throw unreadable(`found '${token.text}', expected: identifier`);
  check(`values[0][${key}]`, token.text, labelValueProblems);
  return token.text;
}

function readSet(reader: TokenReader, key: string): ReadonlySet<string> {
  const open = reader.take();
  if (open.text !== '(') throw unreadable(`found '${open.text}' expected: '('`);
  const values: string[] = [];
  for (;;) {
    const token = reader.peek();
    if (token.kind === 'text') {
      values.push(token.text);
      reader.take();
    } else if (token.text === ',' || token.text === ')') {
      // Nothing between two signs is the empty value, but nothing at all between the brackets is none.
      if (token.text === ',' || values.length > 0) values.push('');
    } else {
      throw unreadable(`found '${token.text}', expected: ',', ')' or identifier`);
    }
    const after = reader.take();
    if (after.text === ')' && after.kind === 'symbol') break;
    if (after.text !== ',' || after.kind !== 'symbol') {
      throw unreadable(`found '${after.text}', expected: ',' or ')'`);
    }
  }
  if (values.length === 0)
    throw unreadable(`values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`);
  values.forEach((value, index) => check(`values[${index}][${key}]`, value, labelValueProblems));
  return new Set(values);
}

function readInteger(reader: TokenReader, key: string): bigint {
  const value = readValue(reader, key);
  if (!/^[+-]?\d{1,19}$/.test(value)) {
    throw unreadable(
      `values[0][${key}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  }
  return BigInt(value);
}

function check(path: string, text: string, problemsOf: (text: string) => string[]): void {
  const [problem] = problemsOf(text);
  if (problem !== undefined) throw unreadable(`${path}: Invalid value: ${JSON.stringify(text)}: ${problem}`);
}

/** Never an inherited property. */
const own = (labels: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;
