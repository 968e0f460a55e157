import { wrapWords } from '../../output/wrap-words.js';
import {
  innerSchemas,
  resolve,
  typeName,
  type FoundField,
  type GroupVersionKind,
  type Schema,
  type Schemas,
} from './schema.js';

const WIDTH = 80;
/** More values of a field are not listed beside it. */
const VALUES_SHOWN = 4;

/**
 * What a kind, or a field of it, is, as kubectl explains it.
 * @param field undefined: the kind itself
 * @param recursive all fields below with their types, instead of those directly below with their descriptions
 * Source: kubectl pkg/explain/v2/templates/plaintext.tmpl
 */
export function explanation(
  { group, kind, version }: GroupVersionKind,
  root: Schema,
  field: FoundField | undefined,
  schemas: Schemas,
  recursive: boolean,
): string {
  const head = [...(group === '' ? [] : [`GROUP:      ${group}`]), `KIND:       ${kind}`, `VERSION:    ${version}`, ''];
  const schema = field?.schema ?? root;
  if (field !== undefined) {
    const { enum: values = [] } = field.schema;
    head.push(`FIELD: ${field.name} <${typeName(field.schema, schemas)}>`);
    head.push(values.length === 0 ? '' : ['ENUM:', ...values.map((value) => `    ${valueText(value)}`)].join('\n'), '');
  }
  const text = descriptions(schema, schemas) || '<empty>';
  const fields = fieldList(schema, schemas, 1, recursive, new Set());
  const body = ['DESCRIPTION:', indent(wrapWords(text, WIDTH - 4), 4)];
  return [...head, ...body, ...(fields === '' ? [] : ['FIELDS:', fields.replace(/\n$/, '')]), '', ''].join('\n');
}

/** What it says of itself, and what the schemas inside say, a line each. */
function descriptions(schema: Schema, schemas: Schemas, seen: readonly string[] = []): string {
  if (schema.$ref !== undefined && seen.includes(schema.$ref)) return '';
  const resolved = resolve(schema, schemas);
  const { description = '' } = resolved;
  const path = schema.$ref === undefined ? seen : [...seen, schema.$ref];
  const inner = innerSchemas(resolved).map((one) => descriptions(one, schemas, path));
  return [description === '' ? '' : `${description}\n`, ...inner].join('');
}

function fieldList(
  schema: Schema,
  schemas: Schemas,
  level: number,
  recursive: boolean,
  above: ReadonlySet<string>,
): string {
  const { $ref } = schema;
  if ($ref !== undefined && above.has($ref)) return '';
  const seen = $ref === undefined ? above : new Set([...above, $ref]);
  const resolved = resolve(schema, schemas);
  const names = Object.keys(resolved.properties ?? {}).sort();
  const own = names.map((name) => {
    const field = resolved.properties?.[name] ?? {};
    const detail = fieldDetail(name, field, resolved.required?.includes(name) === true, schemas, level, recursive);
    return detail + (recursive ? fieldList(field, schemas, level + 1, recursive, seen) : '');
  });
  const inner = innerSchemas(resolved).map((one) => fieldList(one, schemas, level, recursive, seen));
  return [...own, ...inner].join('');
}

function fieldDetail(
  name: string,
  field: Schema,
  required: boolean,
  schemas: Schemas,
  level: number,
  short: boolean,
): string {
  const margin = ' '.repeat(level * 2);
  const { description = '', enum: values = [] } = field;
  const shown = [...values.slice(0, VALUES_SHOWN).map(valueText), ...(values.length > VALUES_SHOWN ? ['....'] : [])];
  const first = `${margin}${name}\t<${typeName(field, schemas)}>${required ? ' -required-' : ''}\n`;
  const second = values.length === 0 ? '' : `${margin}enum: ${shown.join(', ')}\n`;
  if (short) return first + second;
  const text = wrapWords(description || '<no description>', WIDTH - 2 - level * 2);
  return `${first}${second}${indent(text, level * 2 + 2)}\n\n`;
}

const indent = (text: string, by: number): string => text.replace(/^/gm, ' '.repeat(by));

const valueText = (value: unknown): string =>
  value === '' ? '""' : typeof value === 'string' ? value : JSON.stringify(value);
