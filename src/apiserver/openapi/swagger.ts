import type { OpenApiDocument } from './documents.js';
import { INT_OR_STRING, QUANTITY, refOf, type OpenApiSchema } from './openapi-schema.js';
import type { Operation, Parameter } from './paths.js';

/** A schema of Swagger 2.0: with a reference, the name of a type. */
export type SwaggerSchema = Omit<
  OpenApiSchema,
  '$ref' | 'allOf' | 'oneOf' | 'enum' | 'properties' | 'items' | 'additionalProperties'
> & {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SwaggerSchema>>;
  readonly items?: SwaggerSchema;
  readonly additionalProperties?: SwaggerSchema;
};

export interface SwaggerOperation extends Omit<Operation, 'parameters'> {
  readonly parameters: readonly (Omit<Parameter, 'schema'> & { readonly type: string })[];
}

/** An OpenAPI 2.0 document, as far as old kubectl needs it: types, and the operation that patches. */
export interface SwaggerDocument {
  readonly swagger: '2.0';
  readonly info: OpenApiDocument['info'];
  readonly paths: Readonly<Record<string, { readonly patch: SwaggerOperation }>>;
  readonly definitions: Readonly<Record<string, SwaggerSchema>>;
}

/** All documents as one of version 2.0. Values of enumerations are left out: old kubectl would refuse others itself. */
export function swaggerOf(documents: readonly OpenApiDocument[]): SwaggerDocument {
  const paths: Record<string, { patch: SwaggerOperation }> = {};
  const definitions: Record<string, SwaggerSchema> = {};
  for (const document of documents) {
    for (const [path, { patch }] of Object.entries(document.paths)) {
      if (patch !== undefined) paths[path] = { patch: toSwaggerOperation(patch) };
    }
    for (const [id, schema] of Object.entries(document.components.schemas)) {
      // A type of another group may say less here: which kind it is, is known in its own document.
      if (definitions[id]?.['x-kubernetes-group-version-kind'] === undefined) definitions[id] = toSwagger(schema, id);
    }
  }
  const info = documents[0]?.info ?? { title: 'Kubernetes', version: '' };
  return { swagger: '2.0', info, paths, definitions };
}

const toSwaggerOperation = ({ parameters, ...operation }: Operation): SwaggerOperation => ({
  ...operation,
  parameters: parameters.map(({ schema, ...parameter }) => ({ ...parameter, type: schema.type })),
});

function toSwagger(schema: OpenApiSchema, id?: string): SwaggerSchema {
  const { properties, items, additionalProperties, ...rest } = withoutVersion3(schema);
  const target = refOf(schema);
  return {
    ...rest,
    ...(id === QUANTITY ? { type: 'string' } : {}),
    ...(id === INT_OR_STRING ? { type: 'string', format: 'int-or-string' } : {}),
    ...(target === undefined ? {} : { $ref: `#/definitions/${target}` }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, toSwagger(field)])),
        }),
    ...(items === undefined ? {} : { items: toSwagger(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: toSwagger(additionalProperties) }),
  };
}

/** What version 2.0 has not, or has in another form. */
const left = new Set(['$ref', 'allOf', 'oneOf', 'enum']);

const withoutVersion3 = (schema: OpenApiSchema): Omit<OpenApiSchema, '$ref' | 'allOf' | 'oneOf' | 'enum'> =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => !left.has(name)));
