import type { KubeObject } from '../../../api/schema/meta.js';
import type { EventObject } from '../event-object.js';
import { sortedEntries, type Description } from './description.js';
import { describeEvents } from './events.js';
import { describeMetadata } from './metadata.js';

/** Said above, or of no interest. */
const HIDDEN = ['managedFields', 'name', 'namespace', 'labels', 'annotations'];
const ACRONYMS = ['API', 'URL', 'UID', 'GUID'];

/** An object of a kind that nothing is known about: all its fields, by name. */
export function describeAnyObject(
  to: Description,
  object: KubeObject,
  events: readonly EventObject[] | undefined,
): void {
  describeMetadata(to, object.metadata);
  const shown = Object.entries(object.metadata).filter(([name]) => !HIDDEN.includes(name));
  describeFields(to, 0, { ...object, metadata: Object.fromEntries(shown) });
  if (events !== undefined) describeEvents(to, events);
}

function describeFields(to: Description, level: number, fields: object): void {
  for (const [name, value] of sortedEntries(fields as Readonly<Record<string, unknown>>)) {
    const label = labelOf(name);
    if (typeof value !== 'object' || value === null) to.field(level, label, plainText(value));
    else {
      to.line(level, `${label}:`);
      if (!Array.isArray(value)) describeFields(to, level + 1, value);
      else
        for (const item of value as readonly unknown[])
          if (typeof item !== 'object' || item === null) to.line(level + 1, plainText(item));
          else describeFields(to, level + 1, item);
    }
  }
}

/** Only what JSON has besides objects and lists comes here. */
const plainText = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '<nil>' : JSON.stringify(value);

/** `creationTimestamp` is `Creation Timestamp`. Names that are not plain words stay. */
function labelOf(name: string): string {
  if (!/^[a-z-]+$/i.test(name)) return name;
  // A capital goes with the small letters after it; capitals before that are a word of their own.
  const words = name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|-+/g) ?? [name];
  return words.map(wordOf).join(' ');
}

function wordOf(word: string): string {
  if (ACRONYMS.includes(word.toUpperCase())) return word.toUpperCase();
  return word.charAt(0).toUpperCase() + word.slice(1);
}
