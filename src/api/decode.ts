import type * as z from 'zod';
import { byPosition, formatPath, type Position, type Problem } from './problem.js';
import { explainAndRepair } from './schema-issues.js';
import { configMapSchema, secretSchema, type ConfigMap, type Secret } from './schema/config.js';
import { podSchema, type Pod } from './schema/pod.js';
import { unsupportedFields } from './support.js';
import { readDocuments, type TextDocument } from './yaml-documents.js';

/** The kinds a manifest may hold. */
export type ManifestObject = Pod | ConfigMap | Secret;

/** An object read from a file, neither defaulted nor validated. */
export interface DecodedObject {
  readonly object: ManifestObject;
  /** Which document of the file it was in, from 1. */
  readonly document: number;
  /** Where a value of it is written; for what is not written, the nearest thing around it. */
  readonly locate: (path: readonly (string | number)[]) => Position;
}

/** All that was found in one file. Objects with a problem are not among the objects. */
export interface DecodedManifest {
  readonly objects: DecodedObject[];
  readonly problems: Problem[];
  /** Fields that are known, but have no effect. */
  readonly warnings: Problem[];
}

/** An object with its problems; what is wrong has been taken out, so that the rest can still be looked at. */
export interface Draft extends DecodedObject {
  readonly problems: readonly (Problem & { readonly segments: readonly (string | number)[] })[];
}

/**
 * Read manifests from the text of a file: YAML or JSON, any number of documents, lists taken apart. Strict: fields that
 * Kubernetes does not know and values of a wrong type are problems, all of them, each with its place. Never throws.
 *
 * @param source.file as it is to appear in problems.
 */
export function decodeManifest(text: string, source: { readonly file: string }): DecodedManifest {
  const { drafts, problems } = decodeDrafts(text, source);
  const objects = drafts.filter((draft) => draft.problems.length === 0);
  return {
    objects: objects.map(({ object, document, locate }) => ({ object, document, locate })),
    problems: [...problems, ...drafts.flatMap((draft) => draft.problems.map(withoutSegments))].sort(byPosition),
    warnings: objects.flatMap((draft) => supportWarnings(draft, source.file)).sort(byPosition),
  };
}

/** The same with the objects that have problems, for a caller that wants to find more of them. */
export function decodeDrafts(
  text: string,
  source: { readonly file: string },
): { readonly drafts: Draft[]; readonly problems: Problem[] } {
  const { file } = source;
  const { documents, problems: found } = readDocuments(text);
  const problems: Problem[] = found.map(({ document, line, column, segments, message }) => ({
    file,
    document,
    line,
    column,
    path: formatPath(segments),
    message,
  }));
  const drafts: Draft[] = [];
  for (const document of documents) {
    for (const { value, prefix } of flatten(document.value)) {
      const draft = decodeObject(value, prefix, document, file);
      if ('message' in draft) problems.push(draft);
      else drafts.push(draft);
    }
  }
  return { drafts, problems };
}

/** What a pod asks for in vain. */
export function supportWarnings({ object, document, locate }: DecodedObject, file: string): Problem[] {
  if (object.kind !== 'Pod') return [];
  return unsupportedFields(object).map(({ path, segments, message }) => ({
    file,
    document,
    ...locate(segments),
    path,
    message: message.startsWith(path) ? message.slice(path.length).trimStart() : message,
  }));
}

const withoutSegments = ({ file, document, line, column, path, message }: Problem): Problem => ({
  file,
  document,
  line,
  column,
  path,
  message,
});

const schemas: Readonly<Record<string, z.ZodType<ManifestObject>>> = {
  Pod: podSchema,
  ConfigMap: configMapSchema,
  Secret: secretSchema,
};

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a `List`, or of a `PodList` whose items need not say what they are. */
function flatten(
  value: unknown,
  prefix: readonly (string | number)[] = [],
): { value: unknown; prefix: readonly (string | number)[] }[] {
  if (!isFields(value) || value['apiVersion'] !== 'v1' || typeof value['kind'] !== 'string') return [{ value, prefix }];
  const itemKind = /^(.*)List$/.exec(value['kind'])?.[1];
  if (itemKind === undefined || (itemKind !== '' && !Object.hasOwn(schemas, itemKind))) return [{ value, prefix }];
  const items: unknown = value['items'] ?? [];
  if (!Array.isArray(items)) return [{ value, prefix }];
  return items.flatMap((item: unknown, index) => {
    const typed = isFields(item) && itemKind !== '' ? { apiVersion: 'v1', kind: itemKind, ...item } : item;
    return flatten(typed, [...prefix, 'items', index]);
  });
}

/** No field of any kind lies deeper; each round finds what is missing one level further down. */
const MAX_ROUNDS = 16;
/** Nobody reads more of them for one object. */
const MAX_PROBLEMS = 100;

function decodeObject(
  value: unknown,
  prefix: readonly (string | number)[],
  document: TextDocument,
  file: string,
): Draft | Problem {
  const problem = (
    segments: readonly (string | number)[],
    message: string,
    key = false,
  ): Draft['problems'][number] => ({
    file,
    document: document.number,
    ...document.locate([...prefix, ...segments], key),
    path: formatPath([...prefix, ...segments]),
    message,
    segments,
  });
  const known = schemaOf(value);
  if (typeof known === 'string')
    return withoutSegments(problem(isFields(value) && value['kind'] ? ['kind'] : [], known));
  const { schema, fields } = known;

  const problems: Draft['problems'][number][] = [];
  const reported = new Set<string>();
  fields['metadata'] ??= {};
  const metadata = fields['metadata'];
  if (isFields(metadata) && (metadata['name'] ?? '') === '') {
    metadata['name'] = '';
    const generated = typeof metadata['generateName'] === 'string' && metadata['generateName'] !== '';
    if (!generated) {
      problems.push(problem(['metadata', 'name'], 'Required value: name or generateName is required'));
      reported.add('metadata.name');
    }
  }
  const quote = (path: readonly (string | number)[]): boolean => fields['kind'] !== 'Secret' && !path.includes('env');
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const result = schema.safeParse(fields);
    if (result.success) {
      const locate: Draft['locate'] = (path) => document.locate([...prefix, ...path]);
      return { object: result.data, document: document.number, locate, problems };
    }
    for (const issue of result.error.issues) {
      for (const { segments, message, unknownField } of explainAndRepair(fields, issue, quote)) {
        // What was repaired in an earlier round is not reported again for its stand-in.
        const path = formatPath(segments);
        if (reported.has(path) || problems.length >= MAX_PROBLEMS) continue;
        reported.add(path);
        problems.push(problem(segments, message, unknownField));
      }
    }
  }
  return withoutSegments(problems[0] ?? problem([], 'cannot be decoded'));
}

/** The schema of a value's kind, or why it has none. */
function schemaOf(value: unknown): { schema: z.ZodType<ManifestObject>; fields: Fields } | string {
  if (!isFields(value)) return `expected an object, got ${Array.isArray(value) ? 'list' : typeof value}`;
  const { kind, apiVersion } = value;
  if (typeof kind !== 'string' || kind === '') return "Object 'Kind' is missing";
  if (typeof apiVersion !== 'string' || apiVersion === '') return "Object 'apiVersion' is missing";
  const schema = apiVersion === 'v1' && Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
  return schema === undefined
    ? `no kind "${kind}" is registered for version "${apiVersion}"`
    : { schema, fields: value };
}
