import { toPlain } from '../../api/plain.js';
import { formatPath } from '../../api/problem.js';
import { explainAndRepair } from '../../api/schema-issues.js';
import type { KubeObject } from '../../api/schema/meta.js';
import { badRequest } from '../http/status-error.js';
import { apiVersionOf } from './define-kind.js';
import type { Kind } from './kind.js';
import type { DecodedBody } from './ports.js';
import type { FieldValidation } from './write-options.js';

/** No field of any kind lies deeper; each round finds what is missing one level further down. */
const MAX_ROUNDS = 16;
const MAX_DEPTH = 64;
/** Nobody reads more of them for one object. */
const MAX_PROBLEMS = 50;

export interface DecodedResource {
  readonly object: KubeObject;
  /** Texts of `Warning` headers. */
  readonly warnings: readonly string[];
}

type Fields = Record<string, unknown>;

/**
 * Makes an object of a kind of what a client sent. What is required is not asked for here: validation does it, with all
 * else that is wrong. Fields that nobody knows are dropped, and told as the client wants it.
 *
 * @param known the stored object that a patch was applied to: what is strange in it is not the client's doing
 * @throws StatusError 400
 */
export function decodeResource(
  body: DecodedBody,
  kind: Kind,
  validation: FieldValidation,
  known?: KubeObject,
): DecodedResource {
  const fields = readFields(body.object, kind);
  const { object, unknown, wrong } = parse(fields, kind);
  const subject = `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}`;
  if (object === undefined || wrong.length > 0) throw badRequest(`${subject}: ${wrong.join(', ')}`);

  const expected = known === undefined || unknown.length === 0 ? [] : parse(structuredClone(known), kind).unknown;
  const strict = [
    ...(body.strictProblems ?? []),
    ...unknown.filter((path) => !expected.includes(path)).map((path) => `unknown field ${JSON.stringify(path)}`),
  ];
  if (strict.length > 0 && validation === 'Strict')
    throw badRequest(`${subject}: strict decoding error: ${strict.join(', ')}`);
  return { object, warnings: validation === 'Warn' ? strict : [] };
}

/** The fields of a body that says it is of this kind, or does not say what it is. */
function readFields(value: unknown, kind: Kind): Fields {
  if (value === undefined) throw badRequest('the request has no body');
  const { value: fields, problems } = toPlain(value, MAX_DEPTH);
  const [problem] = problems;
  if (problem !== undefined) {
    const path = formatPath(problem.segments);
    throw badRequest(path === '' ? problem.message : `${path}: ${problem.message}`);
  }
  if (!isFields(fields))
    throw badRequest(
      `expected an object of kind ${kind.kind}, got ${Array.isArray(fields) ? 'a list' : typeof fields}`,
    );

  const apiVersion = apiVersionOf(kind);
  const { apiVersion: givenVersion = apiVersion, kind: givenKind = kind.kind } = fields;
  if (givenVersion !== apiVersion)
    throw badRequest(
      `the API version in the data (${String(givenVersion)}) does not match the expected API version (${apiVersion})`,
    );
  if (givenKind !== kind.kind)
    throw badRequest(
      `${String(givenKind)} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}`,
    );
  const metadata = fields['metadata'] ?? {};
  return {
    ...fields,
    apiVersion,
    kind: kind.kind,
    metadata: isFields(metadata) ? { name: '', ...metadata } : metadata,
  };
}

interface Parsed {
  readonly object: KubeObject | undefined;
  /** Paths. */
  readonly unknown: readonly string[];
  /** Whole texts. */
  readonly wrong: readonly string[];
}

/** @param fields is changed: what is wrong is taken out of it. */
function parse(fields: unknown, kind: Kind): Parsed {
  const unknown = new Set<string>();
  const wrong = new Map<string, string>();
  const mayQuote = (path: readonly (string | number)[]): boolean => kind.kind !== 'Secret' && !path.includes('env');
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const result = kind.schema.safeParse(fields);
    // The schema is the kind's own.
    if (result.success) return { object: result.data as KubeObject, unknown: [...unknown], wrong: [...wrong.values()] };
    for (const issue of result.error.issues) {
      for (const { segments, message, unknownField } of explainAndRepair(fields, issue, mayQuote)) {
        const path = formatPath(segments);
        if (unknownField) unknown.add(path);
        else if (message !== 'Required value' && !wrong.has(path) && wrong.size < MAX_PROBLEMS)
          wrong.set(path, `${path}: ${message}`);
      }
    }
  }
  return { object: undefined, unknown: [...unknown], wrong: [...wrong.values(), 'it cannot be decoded'] };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
