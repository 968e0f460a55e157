import type * as z from 'zod';
import { defaultPod } from './defaults.js';
import { formatPath, type Position, type Problem } from './problem.js';
import { explainAndRepair } from './schema-issues.js';
import type { ConfigObject } from './config-object.js';
import { persistentVolumeClaimSchema } from './schema/claim.js';
import { configMapSchema, secretSchema } from './schema/config.js';
import { podSchema, type Pod } from './schema/pod.js';
import { validatePod } from './validate.js';

/** The kinds a manifest may hold. */
export type ManifestObject = Pod | ConfigObject;

type Path = readonly (string | number)[];

/** Where one object is: in which file, and where in it. */
export interface ObjectPlace {
  readonly file: string;
  readonly document: number;
  /** Steps from the document to the object: none, or those to an item of a list. */
  readonly prefix: Path;
  /** Of a path in the document. With `key`, the place of the last name. */
  readonly locate: (path: Path, key?: boolean) => Position;
}

/** The object, or everything that is wrong with it. */
export type ObjectResult = { readonly object: ManifestObject } | { readonly problems: readonly Problem[] };

const schemas: Readonly<Record<string, z.ZodType<ManifestObject>>> = {
  Pod: podSchema,
  ConfigMap: configMapSchema,
  Secret: secretSchema,
  PersistentVolumeClaim: persistentVolumeClaimSchema,
};

/** May a manifest hold this kind? */
export const isKnownKind = (kind: string): boolean => Object.hasOwn(schemas, kind);

/** No field of any kind lies deeper; each round finds what is missing one level further down. */
const MAX_ROUNDS = 16;
/** Nobody reads more of them for one object. */
const MAX_PROBLEMS = 100;

/**
 * Make an object of plain values. Of a pod that cannot be decoded, what can be is validated as well, so that nobody has
 * to try twice to hear everything.
 *
 * @param value is changed: what is wrong is taken out of it.
 */
export function decodeObject(value: unknown, place: ObjectPlace): ObjectResult {
  const known = schemaOf(value);
  if (typeof known === 'string') {
    return { problems: [problemAt(place, isFields(value) && value['kind'] !== undefined ? ['kind'] : [], known)] };
  }
  const { schema, fields } = known;
  const problems = new Map<string, Problem>();
  const report = (path: Path, message: string, key = false): void => {
    const text = formatPath(path);
    // What was repaired in an earlier round is not reported again for its stand-in.
    if (!problems.has(text) && problems.size < MAX_PROBLEMS) problems.set(text, problemAt(place, path, message, key));
  };
  if (!hasName(fields)) report(['metadata', 'name'], 'Required value: name or generateName is required');
  const mayQuote = (path: Path): boolean => fields['kind'] !== 'Secret' && !path.includes('env');

  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const result = schema.safeParse(fields);
    if (result.success) {
      if (problems.size === 0) return { object: result.data };
      return { problems: [...problems.values(), ...furtherProblems(result.data, [...problems.keys()], place)] };
    }
    for (const issue of result.error.issues) {
      for (const { segments, message, unknownField } of explainAndRepair(fields, issue, mayQuote)) {
        report(segments, message, unknownField);
      }
    }
  }
  return { problems: problems.size > 0 ? [...problems.values()] : [problemAt(place, [], 'cannot be decoded')] };
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema of a value's kind, or why it has none. */
function schemaOf(value: unknown): { schema: z.ZodType<ManifestObject>; fields: Fields } | string {
  if (!isFields(value)) return `expected an object, got ${Array.isArray(value) ? 'list' : typeof value}`;
  const { kind, apiVersion } = value;
  if (typeof kind !== 'string' || kind === '') return "Object 'Kind' is missing";
  if (typeof apiVersion !== 'string' || apiVersion === '') return "Object 'apiVersion' is missing";
  const schema = apiVersion === 'v1' && isKnownKind(kind) ? schemas[kind] : undefined;
  return schema === undefined
    ? `no kind "${kind}" is registered for version "${apiVersion}"`
    : { schema, fields: value };
}

/** An empty name stands for one to be generated; fills one in where there is none. */
function hasName(fields: Fields): boolean {
  fields['metadata'] ??= {};
  const metadata = fields['metadata'];
  if (!isFields(metadata)) return true;
  metadata['name'] ??= '';
  return metadata['name'] !== '' || (metadata['generateName'] ?? '') !== '';
}

/** What validation says of the parts of a pod that could be decoded, without what only follows from those that could not. */
function furtherProblems(object: ManifestObject, known: readonly string[], place: ObjectPlace): Problem[] {
  if (object.kind !== 'Pod') return [];
  const startsWith = (path: string, start: string): boolean =>
    path.startsWith(start) && /^(?:$|[.[])/.test(path.slice(start.length));
  const volumesKnown = !known.some((path) => startsWith(path, 'spec.volumes'));
  return validatePod(defaultPod(object))
    .filter(({ path }) => !known.some((other) => startsWith(path, other) || startsWith(other, path)))
    .filter(({ type }) => volumesKnown || type !== 'Not found')
    .map(({ path, segments, message }) => problemAt(place, segments, message.slice(path.length + 2)));
}

function problemAt({ file, document, prefix, locate }: ObjectPlace, path: Path, message: string, key = false): Problem {
  const whole = [...prefix, ...path];
  return { file, document, ...locate(whole, key), path: formatPath(whole), message };
}
