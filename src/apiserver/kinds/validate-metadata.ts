import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';
import type { KubeObject } from '../../api/schema/meta.js';
import { validateMeta } from '../../api/validation/meta.js';

/** For kinds of which only the metadata can be wrong, or those that check more after it. */
export function validateMetadata({ metadata }: KubeObject): readonly FieldError[] {
  const errors = new FieldErrors();
  validateMeta(metadata, ROOT.child('metadata'), errors);
  return errors.list;
}
