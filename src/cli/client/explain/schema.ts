/** An OpenAPI v3 schema as far as it is explained. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The schemas of a document by their names, which references end with. */
export type Schemas = Readonly<Record<string, Schema>>;

const PREFIX = '#/components/schemas/';

/** What a reference stands for; any other schema is itself. */
export function resolve(schema: Schema, schemas: Schemas): Schema {
  const { $ref } = schema;
  return $ref?.startsWith(PREFIX) === true ? (schemas[$ref.slice(PREFIX.length)] ?? schema) : schema;
}

/** The schemas inside one that are not fields of it: of its alternatives, its items, its values. */
export function innerSchemas({ additionalProperties, allOf = [], items }: Schema): readonly Schema[] {
  const values = typeof additionalProperties === 'object' ? [additionalProperties] : [];
  return [...allOf, ...(items === undefined ? [] : [items]), ...values];
}

/** `string`, `[]Container`, `map[string]string`, `Object`. */
export function typeName(schema: Schema, schemas: Schemas): string {
  const { $ref, additionalProperties, allOf = [], items, properties, type } = schema;
  if (items !== undefined) return `[]${typeName(items, schemas)}`;
  if (typeof additionalProperties === 'object') return `map[string]${typeName(additionalProperties, schemas)}`;
  const [only, ...others] = allOf;
  if (only !== undefined && others.length === 0 && properties === undefined) return typeName(only, schemas);
  if ($ref === undefined) return type === undefined || type === 'object' ? 'Object' : type;
  const { type: named = 'object' } = resolve(schema, schemas);
  return named === 'object' ? ($ref.split(/[/.]/).at(-1) ?? 'Object') : named;
}

/** A field, and the schema it was found in. */
export interface FoundField {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * Follows a path of field names, through lists, maps and alternatives.
 * @returns the fields on the way; fewer than names where there is no field of the next name
 */
export function followPath(start: Schema, path: readonly string[], schemas: Schemas): readonly FoundField[] {
  const found: FoundField[] = [];
  let at = start;
  for (const name of path) {
    const field = fieldOf(at, name, schemas, new Set());
    if (field === undefined) break;
    found.push({ name, schema: field });
    at = field;
  }
  return found;
}

function fieldOf(schema: Schema, name: string, schemas: Schemas, seen: Set<string>): Schema | undefined {
  const { $ref } = schema;
  if ($ref !== undefined && seen.has($ref)) return undefined;
  if ($ref !== undefined) seen.add($ref);
  const resolved = resolve(schema, schemas);
  if (resolved.properties !== undefined && Object.hasOwn(resolved.properties, name)) return resolved.properties[name];
  for (const inner of innerSchemas(resolved)) {
    const field = fieldOf(inner, name, schemas, seen);
    if (field !== undefined) return field;
  }
  return undefined;
}
