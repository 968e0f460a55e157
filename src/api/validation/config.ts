import { FieldErrors, ROOT, type FieldError } from '../field-error.js';
import { configKeyProblems } from '../names.js';
import type { ConfigMap, Secret } from '../schema/config.js';
import { validateMeta } from './meta.js';

const MAX_BYTES = 1024 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Everything that is wrong with a ConfigMap or Secret that is to be created. Values are never quoted.
 * Source: kubernetes pkg/apis/core/validation/validation.go ValidateConfigMap, ValidateSecret
 */
export function validateConfig(object: ConfigMap | Secret): FieldError[] {
  const errors = new FieldErrors();
  validateMeta(object.metadata, ROOT.child('metadata'), errors);
  const maps =
    object.kind === 'ConfigMap'
      ? { data: object.data ?? {}, binaryData: object.binaryData ?? {} }
      : { data: object.data ?? {}, stringData: object.stringData ?? {} };
  const base64 = object.kind === 'ConfigMap' ? 'binaryData' : 'data';
  let bytes = 0;
  for (const [field, entries] of Object.entries(maps)) {
    for (const [key, value] of Object.entries(entries)) {
      const at = ROOT.child(field).at(key);
      errors.check(at, key, configKeyProblems);
      if (field === 'binaryData' && object.kind === 'ConfigMap' && Object.hasOwn(object.data ?? {}, key)) {
        errors.invalid(at, key, 'duplicate of key present in data');
      }
      if (field !== base64) bytes += new TextEncoder().encode(value).length;
      else if (BASE64.test(value)) bytes += (value.length / 4) * 3;
      else errors.invalid(at, '', 'illegal base64 data');
    }
  }
  if (bytes > MAX_BYTES) errors.tooLong(ROOT.child('data'), MAX_BYTES);
  return errors.list;
}
