import type { SwaggerDocument, SwaggerOperation, SwaggerSchema } from './swagger.js';

/**
 * The document as the message openapi.v2.Document, the only form old kubectl reads.
 *
 * Source: gnostic openapiv2/OpenAPIv2.proto; kubernetes-api-wire.md appendix B
 */
export function encodeSwagger({ swagger, info, paths, definitions }: SwaggerDocument): Buffer {
  return message(
    text(1, swagger),
    nested(2, text(1, info.title), text(2, info.version)),
    nested(
      8,
      ...Object.entries(paths).map(([path, { patch }]) => named(2, path, nested(8, ...operationFields(patch)))),
    ),
    nested(9, ...Object.entries(definitions).map(([id, schema]) => named(1, id, ...schemaFields(schema)))),
  );
}

function operationFields(operation: SwaggerOperation): Buffer[] {
  return [
    text(3, operation.description),
    text(5, operation.operationId),
    ...operation.parameters.map((parameter) => nested(8, nested(1, nested(2, parameterField(parameter))))),
    nested(9, named(1, '200', nested(1, text(1, 'OK')))),
    ...extensions(13, operation),
  ];
}

function parameterField(parameter: SwaggerOperation['parameters'][number]): Buffer {
  const { name, in: place, type } = parameter;
  if (place === 'query') return nested(3, text(2, place), text(4, name), text(6, type));
  return nested(4, Buffer.from([0x08, 1]), text(2, place), text(4, name), text(5, type));
}

function schemaFields(schema: SwaggerSchema): Buffer[] {
  const { $ref, format, description, required = [], additionalProperties, type, items, properties } = schema;
  return [
    ...($ref === undefined ? [] : [text(1, $ref)]),
    ...(format === undefined ? [] : [text(2, format)]),
    ...(description === undefined ? [] : [text(4, description)]),
    ...required.map((name) => text(19, name)),
    ...(additionalProperties === undefined ? [] : [nested(21, nested(1, ...schemaFields(additionalProperties)))]),
    ...(type === undefined ? [] : [nested(22, text(1, type))]),
    ...(items === undefined ? [] : [nested(23, nested(1, ...schemaFields(items)))]),
    ...(properties === undefined
      ? []
      : [nested(25, ...Object.entries(properties).map(([name, field]) => named(1, name, ...schemaFields(field))))]),
    ...extensions(31, schema),
  ];
}

/** `x-…` fields, as JSON text, which is YAML. */
const extensions = (number: number, of: object): Buffer[] =>
  Object.entries(of)
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, value]) => named(number, name, text(2, `${JSON.stringify(value)}\n`)));

/** `{ 1 name, 2 value }` */
const named = (number: number, name: string, ...value: readonly Buffer[]): Buffer =>
  nested(number, text(1, name), nested(2, ...value));

const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);

const text = (number: number, value: string): Buffer => nested(number, Buffer.from(value));

function nested(number: number, ...fields: readonly Buffer[]): Buffer {
  const body = message(...fields);
  return message(varint(number * 8 + 2), varint(body.length), body);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
  return Buffer.from([...bytes, left]);
}
