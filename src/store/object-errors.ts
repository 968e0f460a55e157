import { KubeletteError } from '../lib/errors.js';

/**
 * The API server's texts for a name that is not there, already there, or has changed since it was read.
 * `details.reason` is the reason a Kubernetes `Status` carries.
 */
export const notFound = (kind: string, name: string): KubeletteError =>
  new KubeletteError('NotFound', `${pluralOf(kind)} "${name}" not found`, {
    details: { reason: 'NotFound', kind, name },
  });

export const alreadyExists = (kind: string, name: string): KubeletteError =>
  new KubeletteError('AlreadyExists', `${pluralOf(kind)} "${name}" already exists`, {
    details: { reason: 'AlreadyExists', kind, name },
  });

export const staleVersion = (kind: string, name: string): KubeletteError =>
  new KubeletteError(
    'Conflict',
    `Operation cannot be fulfilled on ${pluralOf(kind)} "${name}": the object has been modified; ` +
      'please apply your changes to the latest version and try again',
    { details: { reason: 'Conflict', kind, name } },
  );

/** `wanted` is what the caller believes the object's field to be. */
export const preconditionFailed = (
  kind: string,
  name: string,
  field: 'UID' | 'ResourceVersion',
  wanted: string,
  found: string | undefined,
): KubeletteError =>
  new KubeletteError(
    'Conflict',
    `Operation cannot be fulfilled on ${pluralOf(kind)} "${name}": Precondition failed: ` +
      `${field} in precondition: ${wanted}, ${field} in object meta: ${found ?? ''}`,
    { details: { reason: 'Conflict', kind, name } },
  );

/** HTTP 410 of a watch: the reader has to list again. */
export const historyGone = (since: number, oldest: number): KubeletteError =>
  new KubeletteError('Conflict', `too old resource version: ${since} (${oldest})`, { details: { reason: 'Gone' } });

/** The resource name of a kind, as messages show it: `pods`, `replicasets`, `networkpolicies`, `ingresses`. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (/(s|x|ch)$/.test(lower)) return lower === 'endpoints' ? lower : `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
