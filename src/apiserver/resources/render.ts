import type { KubeObject } from '../../api/schema/meta.js';
import type { ApiRequest } from '../http/types.js';
import { negotiateForm, type Form } from './accept.js';
import { apiVersionOf } from './define-kind.js';
import type { Kind } from './kind.js';
import { readIncludeObject, toPartialMetadata, toTable, type IncludeObject } from './table.js';

/** How the client wants to see objects. */
export interface View {
  readonly form: Form;
  readonly include: IncludeObject;
}

/** @throws StatusError 406, or 400 for an unknown `includeObject` */
export function readView({ headers, query }: Pick<ApiRequest, 'headers' | 'query'>): View {
  return { form: negotiateForm(headers.accept), include: readIncludeObject(query) };
}

/** One object, as it goes out. @param now epoch milliseconds */
export function renderObject(kind: Kind, object: KubeObject, view: View, now: number): unknown {
  switch (view.form) {
    case 'object':
      return object;
    case 'metadata':
      return toPartialMetadata(object);
    case 'table':
      return renderRow(kind, object, view, now, true);
  }
}

/** A table of one row, as a watch sends it. */
export const renderRow = (kind: Kind, object: KubeObject, view: View, now: number, withColumns: boolean): unknown =>
  toTable(kind, [object], {
    include: view.include,
    now,
    metadata: { resourceVersion: object.metadata.resourceVersion },
    withColumns,
  });

/** A list, as it goes out. @param metadata of the list */
export function renderList(
  kind: Kind,
  objects: readonly KubeObject[],
  metadata: Readonly<Record<string, unknown>>,
  view: View,
  now: number,
): unknown {
  switch (view.form) {
    case 'object':
      return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: objects };
    case 'metadata':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: objects.map(toPartialMetadata),
      };
    case 'table':
      return toTable(kind, objects, { include: view.include, now, metadata, withColumns: true });
  }
}
