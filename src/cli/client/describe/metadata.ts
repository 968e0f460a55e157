import type { ObjectMeta } from '../../../api/schema/meta.js';
import { sortedEntries, type Description } from './description.js';

/** What `kubectl apply` remembers there is of no interest to readers. */
const HIDDEN = 'kubectl.kubernetes.io/last-applied-configuration';
/** Longer annotations are cut. */
const LONGEST = 140;

/** `Labels:  a=b`, one below the other. */
export function describeLabels(
  to: Description,
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
  level = 0,
): void {
  const lines = sortedEntries(labels).map(([key, value]) => `${key}=${value}`);
  to.list(level, name, lines);
}

/** `Annotations:  a: b`; long ones and those of several lines stand below their name. */
export function describeAnnotations(
  to: Description,
  annotations: Readonly<Record<string, string>> | undefined,
  level = 0,
): void {
  const shown = sortedEntries(annotations).filter(([key]) => key !== HIDDEN);
  const lines = shown.flatMap(([key, text]) => {
    const value = text.replace(/\n$/, '');
    const bytes = Buffer.byteLength(value) + Buffer.byteLength(key) + 2;
    if (bytes <= LONGEST && !value.includes('\n')) return [`${key}: ${value}`];
    return [`${key}:`, ...value.split('\n').map((line) => `  ${shorten(line, LONGEST - 2)}`)];
  });
  to.list(level, 'Annotations', lines);
}

/** Name, namespace, labels and annotations: how most descriptions begin. */
export function describeMetadata(to: Description, { annotations, labels, name, namespace }: ObjectMeta): void {
  to.field(0, 'Name', name);
  to.field(0, 'Namespace', namespace);
  describeLabels(to, 'Labels', labels);
  describeAnnotations(to, annotations);
}

const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}...` : text);
