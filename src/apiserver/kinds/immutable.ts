import { isDeepStrictEqual } from 'node:util';
import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';

/**
 * What an immutable ConfigMap or Secret does not let itself be done.
 *
 * @param fields that hold the content
 * Source: kubernetes pkg/apis/core/validation/validation.go ValidateConfigMapUpdate
 */
export function immutableErrors<T extends { readonly immutable?: boolean }>(
  next: T,
  before: T,
  fields: readonly (keyof T & string)[],
): readonly FieldError[] {
  if (before.immutable !== true) return [];
  const errors = new FieldErrors();
  const why = 'field is immutable when `immutable` is set';
  if (next.immutable !== true) errors.forbidden(ROOT.child('immutable'), why);
  for (const field of fields) {
    if (!isDeepStrictEqual(next[field] ?? {}, before[field] ?? {})) errors.forbidden(ROOT.child(field), why);
  }
  return errors.list;
}
