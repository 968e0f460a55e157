import { KubeletteError } from '../../lib/errors.js';
import type { AnyObject } from './objects.js';

/** Objects as kubectl prints them with `-o json` or `-o yaml`: names in order, without managedFields. */
export async function formatObject(
  object: unknown,
  format: 'json' | 'yaml',
  showManagedFields = false,
): Promise<string> {
  const printed = sortNames(showManagedFields ? object : withoutManagedFields(object));
  if (format === 'json') return `${escapeHtml(JSON.stringify(printed, undefined, 4))}\n`;
  const { Document, isScalar, visit } = await import('yaml');
  const document = new Document(printed, { version: '1.1', aliasDuplicateObjects: false });
  const { tags } = document.schema;
  const readsAsOther = (text: string): boolean =>
    tags.some((tag) => 'test' in tag && tag.default === true && tag.test.test(text));
  visit(document, {
    Scalar(_key, node) {
      const { value } = node;
      // Go's writer has double quotes for text that would be read as a number, a date or a boolean, single ones otherwise.
      if (isScalar(node) && typeof value === 'string')
        if (value === '' || /[\t\x07]/.test(value) || readsAsOther(value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ indentSeq: false, lineWidth: 0, singleQuote: true });
}

/** Several objects as one, as kubectl prints the answer to `get -o json` of a type. */
export const toList = (items: readonly unknown[]): object => ({
  apiVersion: 'v1',
  items,
  kind: 'List',
  metadata: { resourceVersion: '' },
});

/** @throws KubeletteError `Invalid` in kubectl's words */
export function unknownFormat(format: string, known: readonly string[]): KubeletteError {
  return new KubeletteError(
    'Invalid',
    `unable to match a printer suitable for the output format "${format}", allowed formats are: ${known.join(',')}`,
  );
}

function withoutManagedFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('items' in value && Array.isArray(value.items)) return { ...value, items: value.items.map(withoutManagedFields) };
  if (!('metadata' in value)) return value;
  // Every object of the API has its metadata in this shape.
  const metadata = value.metadata as AnyObject['metadata'];
  return { ...value, metadata: { ...metadata, managedFields: undefined } };
}

function sortNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortNames);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sortNames(part)]));
}

/** As Go writes JSON. */
const escapeHtml = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
