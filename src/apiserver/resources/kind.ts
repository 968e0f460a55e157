import type * as z from 'zod';
import type { KubeObject } from '../../api/schema/meta.js';
import type { FieldError } from '../../api/field-error.js';

/** One column of a server-side table. `priority` 1 shows with `-o wide` only. */
export interface Column<T> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: 'name';
  readonly priority: 0 | 1;
  readonly description: string;
  /** @param now epoch ms, for ages */
  readonly cell: (object: T, now: number) => string | number | boolean;
}

/**
 * Everything the API server knows of one kind: adding a kind is adding one of these to the registry. Pure; what a write
 * sets off is found by watching the store.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly ('create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch')[];
  /** Known to discovery; routes are elsewhere unless it is `status`, which every kind with one shares. */
  readonly subresources: readonly Subresource[];
  readonly schema: z.ZodType;
  readonly columns: readonly Column<T>[];
  /** Values of field selectors besides metadata.name and metadata.namespace. */
  readonly fields: Readonly<Record<string, (object: T) => string>>;
  /** The API server's defaults; idempotent. */
  readonly applyDefaults: (object: T) => T;
  /** What is wrong with a new object. */
  readonly validate: (object: T) => readonly FieldError[];
  /** What is wrong with an object that takes another one's place, and what may not be changed: all there is to say of it. */
  readonly validateUpdate: (next: T, before: T) => readonly FieldError[];
  /** Present: the objects are another kind's, seen in another form. */
  readonly view?: KindView<T>;
}

/** How the objects of a kind are made of those of another one, which are what is stored. */
interface KindView<T extends KubeObject> {
  readonly of: Kind;
  readonly fromStored: (object: KubeObject) => T;
  readonly toStored: (object: T) => KubeObject;
}

export interface Subresource {
  /** `log`, `status`, … */
  readonly name: string;
  readonly responseKind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly verbs: readonly string[];
}
