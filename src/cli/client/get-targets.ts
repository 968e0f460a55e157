import { qualifiedSingular, resourcePath, type Resource } from './discovery.js';
import { selectorQuery, type SelectorFlags } from './selectors.js';
import type { ManifestFlags } from './manifest-objects.js';
import type { Session } from './session.js';
import type { TableFormat } from './table-printer.js';

export interface GetFlags extends ManifestFlags, SelectorFlags {
  readonly allNamespaces?: true;
  readonly output?: string;
  readonly headers: boolean;
  readonly showLabels?: true;
  readonly labelColumns?: readonly string[];
  readonly showManagedFields?: true;
  readonly ignoreNotFound?: true;
  readonly watch?: true;
  readonly watchOnly?: true;
  readonly outputWatchEvents?: true;
  readonly raw?: string;
}

/** One request: a list of a type, or one object. */
export interface Target {
  readonly resource: Resource;
  readonly name?: string;
  /** Absent: the session's. */
  readonly namespace?: string;
}

/** Where a target is, and the query for it. */
export function locate(session: Session, { name, namespace: own, resource }: Target, flags: GetFlags) {
  const namespace = flags.allNamespaces === true ? undefined : (own ?? session.namespace);
  const query = name === undefined ? { limit: 500, ...selectorQuery(flags) } : {};
  return { path: resourcePath(resource, namespace, name), query };
}

/** How tables of this resource are printed. */
export const tableFormat = (resource: Resource, flags: GetFlags, several: boolean): TableFormat => ({
  wide: flags.output === 'wide',
  noHeaders: !flags.headers,
  withNamespace: flags.allNamespaces === true && resource.namespaced,
  showLabels: flags.showLabels === true,
  labelColumns: flags.labelColumns ?? [],
  namePrefix: several ? `${qualifiedSingular(resource)}/` : '',
});
