import type { FieldErrors, FieldPath } from '../field-error.js';
import { VOLUME_FIELD_PATHS } from '../field-path.js';
import type { DownwardAPIVolumeFile, KeyToPath } from '../schema/pod.js';
import { validateFieldRef, validateResourceFieldRef } from './env.js';
import { validateDescendingPath } from './mounts.js';

/** Permission bits of files. */
export function validateMode(mode: number | undefined, path: FieldPath, errors: FieldErrors): void {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return;
  errors.invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive');
}

/** Which keys of a ConfigMap or Secret become which files. */
export function validateItems(items: readonly KeyToPath[], path: FieldPath, errors: FieldErrors): void {
  for (const [index, { key, path: file, mode }] of items.entries()) {
    const at = path.at(index);
    if (key === '') errors.required(at.child('key'));
    validateFile(file, at.child('path'), errors);
    validateMode(mode, at.child('mode'), errors);
  }
}

/** Which fields of the pod become which files. */
export function validateDownwardItems(
  items: readonly DownwardAPIVolumeFile[],
  path: FieldPath,
  errors: FieldErrors,
): void {
  for (const [index, { path: file, fieldRef, resourceFieldRef, mode }] of items.entries()) {
    const at = path.at(index);
    validateFile(file, at.child('path'), errors);
    if (fieldRef !== undefined) {
      validateFieldRef(fieldRef, VOLUME_FIELD_PATHS, at.child('fieldRef'), errors);
      if (resourceFieldRef !== undefined) {
        errors.invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
      }
    } else if (resourceFieldRef !== undefined) {
      validateResourceFieldRef(resourceFieldRef, true, at.child('resourceFieldRef'), errors);
    } else errors.required(at, 'one of fieldRef and resourceFieldRef is required');
    validateMode(mode, at.child('mode'), errors);
  }
}

/** The path of a file in a volume. `..` at the start belongs to the volume's own links. */
export function validateFile(file: string, path: FieldPath, errors: FieldErrors): void {
  if (file === '') {
    errors.required(path);
    return;
  }
  validateDescendingPath(file, path, errors);
  if (file.startsWith('..') && !file.startsWith('../')) errors.invalid(path, file, "must not start with '..'");
}
