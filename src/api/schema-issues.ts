import type * as z from 'zod';

/** What a schema found wrong, in words. */
export interface SchemaProblem {
  readonly segments: readonly (string | number)[];
  readonly message: string;
  /** The name of the field is wrong, not its value. */
  readonly unknownField: boolean;
}

/**
 * Put one issue into words, and repair the value so that the next parse sees what else is wrong: unknown fields and
 * values of a wrong type are taken out, missing ones get the zero value of their type, as they have in the API server.
 *
 * @param quote may the wrong value be shown? Never for what may be secret.
 * @returns nothing for a missing object: what is missing *in* it tells more.
 */
export function explainAndRepair(
  root: unknown,
  issue: z.core.$ZodIssue,
  quote: (path: SchemaProblem['segments']) => boolean,
): SchemaProblem[] {
  const segments = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    const holder = valueAt(root, segments);
    return issue.keys.map((key) => {
      remove(holder, key);
      return { segments: [...segments, key], message: 'unknown field', unknownField: true };
    });
  }
  const holder = valueAt(root, segments.slice(0, -1));
  const key = segments.at(-1);
  const value = valueAt(root, segments);
  if (value === undefined) {
    if (key !== undefined && isHolder(holder)) holder[key] = zeroOf(issue);
    const isObject = issue.code === 'invalid_type' && (issue.expected === 'object' || issue.expected === 'record');
    return isObject ? [] : [{ segments, message: 'Required value', unknownField: false }];
  }
  if (key !== undefined) remove(holder, key);
  return [{ segments, message: wrongValue(issue, value, quote(segments)), unknownField: false }];
}

type Holder = Record<string | number, unknown>;
const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root;
  for (const step of path) {
    if (!isHolder(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

/** An item of a list stays as a hole, so that the places of the others do not change. */
function remove(holder: unknown, key: string | number): void {
  if (Array.isArray(holder)) holder[Number(key)] = undefined;
  else if (isHolder(holder)) Reflect.deleteProperty(holder, key);
}

function zeroOf(issue: z.core.$ZodIssue): unknown {
  if (issue.code !== 'invalid_type') return issue.code === 'invalid_union' ? 0 : '';
  const zero: Partial<Record<string, unknown>> = {
    array: [],
    object: {},
    record: {},
    boolean: false,
    number: 0,
    int: 0,
  };
  return zero[issue.expected] ?? '';
}

function wrongValue(issue: z.core.$ZodIssue, value: unknown, quote: boolean): string {
  const got = describe(value, quote);
  switch (issue.code) {
    case 'invalid_type': {
      const hint =
        issue.expected === 'string' && ['number', 'boolean'].includes(typeof value) ? ' (put it in quotes)' : '';
      return `expected ${TYPE_NAMES[issue.expected] ?? issue.expected}, got ${got}${hint}`;
    }
    case 'invalid_union':
      return `expected ${[...new Set(issue.errors.flat().map(expectedOf))].join(' or ')}, got ${got}`;
    case 'too_big':
    case 'too_small':
      return `expected an integer of 32 bits, got ${got}`;
    case 'invalid_format':
      return `expected a time such as 2006-01-02T15:04:05Z, got ${got}`;
    case 'invalid_value':
      return `expected ${issue.values.map((allowed) => JSON.stringify(allowed)).join(' or ')}, got ${got}`;
    default:
      return quote ? `${issue.message}, got ${got}` : issue.message;
  }
}

const TYPE_NAMES: Partial<Record<string, string>> = {
  string: 'string',
  int: 'integer',
  // No field takes a fraction, except amounts, and those are written as text by most.
  number: 'integer',
  boolean: 'boolean',
  array: 'list',
  object: 'object',
  record: 'object',
};

const expectedOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' ? (TYPE_NAMES[issue.expected] ?? issue.expected) : 'integer';

/** `string "x"`, `number 8`, `list`; without the value when it may be secret. */
function describe(value: unknown, quote: boolean): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'object';
  // Infinity and NaN are numbers that JSON has not.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return quote ? `${typeof value} ${shown}` : typeof value;
}
