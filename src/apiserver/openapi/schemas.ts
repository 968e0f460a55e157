import * as z from 'zod';
import { atomicTypes, listTypes } from '../patch/list-types.js';
import type { Kind } from '../resources/kind.js';
import { descriptions } from './descriptions.js';
import {
  INT_OR_STRING,
  OBJECT_META,
  QUANTITY,
  refTo,
  type OpenApiSchema,
  type OpenApiSchemas,
} from './openapi-schema.js';
import { ownDescriptions } from './own-descriptions.js';

/**
 * The types that these kinds are made of, as the API server describes them: without limits of values, with what patches
 * have to know of a field.
 */
export function schemasOf(kinds: readonly Kind[]): OpenApiSchemas {
  const schemas: Record<string, OpenApiSchema> = { [INT_OR_STRING]: intOrString };
  for (const { group, version, kind, schema } of kinds) {
    // `io: input`: what clients send. Only this package's schemas come here, so the shape is known.
    const json = z.toJSONSchema(z.object({ root: schema }), { io: 'input' }) as unknown as Document;
    for (const [id, definition] of Object.entries(json.$defs)) schemas[id] ??= typeSchema(id, definition);
    const root = idOf(json.properties.root);
    schemas[root] = { ...schemas[root], 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
  }
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON schema as zod writes it for the schemas of src/api. */
interface JsonSchema {
  readonly $ref?: string;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly type?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  /** Of `choice`. */
  readonly choices?: readonly string[];
}

interface Document {
  readonly $defs: Readonly<Record<string, JsonSchema>>;
  readonly properties: { readonly root: JsonSchema };
}

const intOrString: OpenApiSchema = {
  description: 'A whole number, or text: the name of a port, a percentage.',
  format: 'int-or-string',
  oneOf: [{ type: 'integer' }, { type: 'string' }],
};

const quantity: OpenApiSchema = {
  description:
    'An amount: a number with an optional suffix. Powers of 1024: Ki Mi Gi Ti Pi Ei. Powers of 1000: n u m k M G T P E; also an exponent, as in 1e3. Text is kept exactly; at most three decimal places count.',
  oneOf: [{ type: 'string' }, { type: 'number' }],
};

function typeSchema(id: string, { properties, required = [] }: JsonSchema): OpenApiSchema {
  if (id === QUANTITY) return quantity;
  if (properties === undefined) return { type: 'object' };
  const name = id.slice(id.lastIndexOf('.') + 1);
  const texts = { ...descriptions[id], ...ownDescriptions[id] };
  const needed = required.filter((field) => !isGiven(id, field, properties));
  return {
    ...(texts[''] === undefined ? {} : { description: texts[''] }),
    type: 'object',
    ...(needed.length === 0 ? {} : { required: needed }),
    properties: Object.fromEntries(
      Object.entries(properties)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([field, schema]) => [field, fieldSchema(name, field, schema, texts[field])]),
    ),
    ...(atomicTypes.has(name) ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

/** Required of what is stored; whether what is sent has it, is for validation to say. */
const isGiven = (id: string, field: string, properties: object): boolean =>
  (id === OBJECT_META && field === 'name') ||
  (field === 'image' && /\.(Ephemeral)?Container$/.test(id)) ||
  (['apiVersion', 'kind', 'metadata', 'spec'].includes(field) &&
    'apiVersion' in properties &&
    'metadata' in properties);

function fieldSchema(type: string, field: string, json: JsonSchema, description: string | undefined): OpenApiSchema {
  const schema = valueSchema(json);
  const described = description === undefined ? {} : { description };
  const list = listTypes[`${type}.${field}`] ?? {};
  const patches = {
    ...(list.strategy === undefined ? {} : { 'x-kubernetes-patch-strategy': list.strategy }),
    ...(list.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': list.mergeKey }),
    ...(schema.type === 'array' ? listType(list.mapKeys, list.set) : {}),
    ...(list.atomic === true ? ({ 'x-kubernetes-map-type': 'atomic' } as const) : {}),
  };
  // A reference has no place for anything beside it.
  if (schema.$ref !== undefined) return { ...described, allOf: [schema], ...patches };
  return { ...described, ...schema, ...patches };
}

function listType(
  keys: readonly string[] | undefined,
  set: true | undefined,
): Pick<OpenApiSchema, 'x-kubernetes-list-type' | 'x-kubernetes-list-map-keys'> {
  if (keys !== undefined) return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys };
  return { 'x-kubernetes-list-type': set === true ? 'set' : 'atomic' };
}

function valueSchema(json: JsonSchema): OpenApiSchema {
  if (json.$ref !== undefined || json.allOf !== undefined) return refTo(idOf(json));
  if (json.anyOf !== undefined) return refTo(INT_OR_STRING);
  switch (json.type) {
    case 'array':
      return { type: 'array', items: valueSchema(json.items ?? {}) };
    case 'integer':
      return { type: 'integer', format: json.minimum === INT32_MIN ? 'int32' : 'int64' };
    case 'string':
      return {
        type: 'string',
        ...(json.format === 'date-time' ? { format: 'date-time' } : {}),
        ...(json.choices === undefined ? {} : { enum: [...json.choices].sort() }),
      };
    case 'object':
      return objectSchema(json);
    case undefined:
      return { type: 'object' };
    default:
      return { type: json.type };
  }
}

const INT32_MIN = -(2 ** 31);

function objectSchema({ properties, additionalProperties }: JsonSchema): OpenApiSchema {
  // The metadata of a template is the only type without a name: an ObjectMeta that needs none.
  if (properties !== undefined) return refTo(OBJECT_META);
  const values = typeof additionalProperties === 'object' ? additionalProperties : {};
  if (Object.keys(values).length === 0) return { type: 'object' };
  return { type: 'object', additionalProperties: valueSchema(values) };
}

function idOf({ $ref, allOf }: JsonSchema): string {
  const ref = $ref ?? allOf?.[0]?.$ref ?? '';
  return ref.slice(ref.lastIndexOf('/') + 1);
}
