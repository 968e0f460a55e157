import type { KubeObject } from '../../api/schema/meta.js';
import { badRequest } from '../http/status-error.js';
import type { Kind } from './kind.js';

/** What of the object goes with each row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** @throws StatusError 400 for another word */
export function readIncludeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value.slice(0, 40))}`);
}

export interface TableOptions {
  readonly include: IncludeObject;
  /** Epoch milliseconds, for ages. */
  readonly now: number;
  /** Of the list, or of the one object. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** A watch tells the columns once. */
  readonly withColumns: boolean;
}

/**
 * Objects as a server-side table, `meta.k8s.io/v1`. kubectl prints the cells as they are.
 *
 * @param objects in the form of the kind, with `apiVersion` and `kind`
 */
export function toTable(kind: Kind, objects: readonly KubeObject[], options: TableOptions): Record<string, unknown> {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: options.withColumns ? columnDefinitions(kind) : null,
    rows: objects.map((object) => ({
      cells: kind.columns.map(({ cell }) => cell(object, options.now)),
      ...includedObject(object, options.include),
    })),
  };
}

const columnDefinitions = (kind: Kind): object[] =>
  kind.columns.map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format: format ?? '',
    description,
    priority,
  }));

function includedObject(object: KubeObject, include: IncludeObject): object {
  if (include === 'None') return {};
  return { object: include === 'Object' ? object : toPartialMetadata(object) };
}

/** Nothing but the metadata, as garbage collectors and metadata informers ask for. */
export const toPartialMetadata = ({ metadata }: KubeObject): Record<string, unknown> => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});
