import type { KubeObject } from '../../api/schema/meta.js';
import { badRequest } from '../http/status-error.js';
import { parseFieldSelector } from './field-selector.js';
import type { Kind } from './kind.js';
import { parseLabelSelector } from './label-selector.js';

/** Which objects of a kind a list, watch or deletecollection is about. */
export interface Selection {
  readonly namespace: string | undefined;
  /** There is more to it than the namespace. */
  readonly selective: boolean;
  readonly matches: (object: KubeObject) => boolean;
  /** The same for all that select the same. */
  readonly text: string;
}

/**
 * Namespace of the path, `labelSelector` and `fieldSelector` of the query.
 *
 * @throws StatusError 400 for a selector that cannot be read or names a field this kind does not offer
 */
export function readSelection(kind: Kind, namespace: string | undefined, query: URLSearchParams): Selection {
  const labelText = query.get('labelSelector') ?? '';
  const byLabels = parseLabelSelector(labelText);
  const fieldText = query.get('fieldSelector') ?? '';
  const terms = parseFieldSelector(fieldText).map(({ field, value, equal }) => {
    const read = fieldReader(kind, field);
    return (object: KubeObject): boolean => (read(object) === value) === equal;
  });
  return {
    namespace,
    selective: labelText.trim() !== '' || terms.length > 0,
    matches: (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      byLabels(object.metadata.labels ?? {}) &&
      terms.every((matches) => matches(object)),
    text: JSON.stringify([namespace, labelText, fieldText]),
  };
}

function fieldReader(kind: Kind, field: string): (object: KubeObject) => string {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name;
  if (field === 'metadata.namespace' && kind.namespaced) return ({ metadata }) => metadata.namespace ?? '';
  const read = Object.hasOwn(kind.fields, field) ? kind.fields[field] : undefined;
  if (read === undefined) throw badRequest(`field label not supported: ${field}`);
  return read;
}
