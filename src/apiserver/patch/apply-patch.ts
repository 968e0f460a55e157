import type { Clock } from '../../lib/clock.js';
import type { KubeObject } from '../../api/schema/meta.js';
import { booleanParameter } from '../http/query.js';
import { badRequest, notFound, type StatusError } from '../http/status-error.js';
import { duplicateFields, mediaTypeOf, parseYaml, textOf, unsupportedMediaType } from '../protobuf/decode-body.js';
import { parseJson, type JsonText } from '../protobuf/json-text.js';
import { messageOf } from '../protobuf/kinds.js';
import type { Kind } from '../resources/kind.js';
import type { ApplyPatch, PatchResult } from '../resources/ports.js';
import { fieldOf, isFields, type Fields } from './fields.js';
import { objectType, type FieldType } from './field-types.js';
import { jsonPatch } from './json-patch.js';
import { mergePatch } from './merge-patch.js';
import { invalidOption } from './patch-errors.js';
import { serverSideApply } from './server-side-apply.js';
import { strategicMerge } from './strategic-merge.js';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';
const APPLY_PATCH = 'application/apply-patch+yaml';

/** Applies patches of all four types; see {@link ApplyPatch}. @param clock for the times of managed fields */
export const createApplyPatch =
  (clock: Pick<Clock, 'now'>): ApplyPatch =>
  (contentType, body, current, kind, query) => {
    const mediaType = mediaTypeOf(contentType);
    const type = typeOf(kind);
    const accepted = [JSON_PATCH, MERGE_PATCH, ...(type === undefined ? [] : [STRATEGIC_MERGE_PATCH]), APPLY_PATCH];
    if (!accepted.includes(mediaType)) throw unsupportedMediaType(accepted);
    if (mediaType === APPLY_PATCH) return applyConfiguration(body, current, kind, type, query, clock.now());

    if (query.has('force')) {
      throw invalidOption('force', 'FieldValueForbidden', 'Forbidden: may not be specified for non-apply patch');
    }
    const { value, duplicates } = parseJson(textOf(body));
    if (current === undefined) throw missing(kind, value);
    const result = { created: false, ...duplicateFields(duplicates) };
    if (mediaType === JSON_PATCH) return { object: jsonPatch(current, value), ...result };
    if (!isFields(value)) throw badRequest('error decoding patch: expected an object');
    // What is stored is frozen and shared.
    const target: Fields = structuredClone({ ...current });
    const object = mediaType === MERGE_PATCH ? mergePatch(target, value) : strategicMerge(target, value, type);
    return { object, ...result };
  };

/** kubectl sends JSON under the YAML type. As YAML it would be the same, but for nulls and duplicates. */
function applyConfiguration(
  body: Buffer,
  current: KubeObject | undefined,
  kind: Kind,
  type: FieldType | undefined,
  query: URLSearchParams,
  now: number,
): PatchResult {
  const manager = query.get('fieldManager') ?? '';
  if (manager === '') {
    throw invalidOption('fieldManager', 'FieldValueRequired', 'Required value: is required for apply patch');
  }
  const text = textOf(body);
  const { value, duplicates } = text.trimStart().startsWith('{')
    ? readFlow(text)
    : { value: parseYaml(text), duplicates: [] };
  if (!isFields(value)) throw badRequest('error decoding YAML: expected an object');
  const force = booleanParameter(query, 'force');
  const object = serverSideApply(current, value, type, { manager, apiVersion: apiVersionOf(kind), force, now });
  return { object, created: current === undefined, ...duplicateFields(duplicates) };
}

/** JSON, or YAML that begins like it. */
function readFlow(text: string): JsonText {
  try {
    return parseJson(text);
  } catch {
    return { value: parseYaml(text), duplicates: [] };
  }
}

/** `undefined` for a kind that the tables do not know. */
const typeOf = (kind: Kind): FieldType | undefined => {
  const message = messageOf(apiVersionOf(kind), kind.kind);
  return message === undefined ? undefined : objectType(message);
};

const apiVersionOf = ({ group, version }: Kind): string => (group === '' ? version : `${group}/${version}`);

function missing(kind: Kind, patch: unknown): StatusError {
  const metadata = isFields(patch) ? fieldOf(patch, 'metadata') : undefined;
  const name = isFields(metadata) ? fieldOf(metadata, 'name') : undefined;
  return notFound(kind, typeof name === 'string' ? name : '');
}
