import type { FieldErrors, FieldPath } from '../field-error.js';
import { dnsLabelProblems, dnsSubdomainProblems, labelValueProblems, qualifiedNameProblems } from '../names.js';
import type { ObjectMeta } from '../schema/meta.js';

const MAX_ANNOTATION_BYTES = 256 * 1024;

/** Metadata of an object whose name is a DNS subdomain, as of pods, ConfigMaps and Secrets. */
export function validateMeta(meta: ObjectMeta, path: FieldPath, errors: FieldErrors): void {
  if (meta.generateName !== undefined && meta.generateName !== '') {
    // The generated end is a letter or digit, so a name may end in a dash here.
    errors.check(path.child('generateName'), meta.generateName, (prefix) =>
      dnsSubdomainProblems(prefix.replace(/-$/, 'a')),
    );
  }
  if (meta.name !== '') errors.check(path.child('name'), meta.name, dnsSubdomainProblems);
  else if ((meta.generateName ?? '') === '') {
    errors.required(path.child('name'), 'name or generateName is required');
  }
  if (meta.namespace !== undefined) errors.check(path.child('namespace'), meta.namespace, dnsLabelProblems);
  for (const field of ['generation', 'deletionGracePeriodSeconds'] as const) {
    if ((meta[field] ?? 0) < 0) {
      errors.invalid(path.child(field), meta[field], 'must be greater than or equal to 0');
    }
  }
  validateLabels(meta.labels ?? {}, path.child('labels'), errors);
  validateAnnotations(meta.annotations ?? {}, path.child('annotations'), errors);
  for (const [index, finalizer] of (meta.finalizers ?? []).entries()) {
    errors.check(path.child('finalizers').at(index), finalizer, qualifiedNameProblems);
  }
  for (const [index, owner] of (meta.ownerReferences ?? []).entries()) {
    const at = path.child('ownerReferences').at(index);
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (owner[field] === '') errors.invalid(at.child(field), '', 'must not be empty');
    }
  }
}

/** Labels, and selectors that look like them. Problems of single entries are reported at the map. */
export function validateLabels(labels: Readonly<Record<string, string>>, path: FieldPath, errors: FieldErrors): void {
  for (const [key, value] of Object.entries(labels)) {
    errors.check(path, key, qualifiedNameProblems);
    errors.check(path, value, labelValueProblems);
  }
}

function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  let bytes = 0;
  const encoder = new TextEncoder();
  for (const [key, value] of Object.entries(annotations)) {
    bytes += encoder.encode(key).length + encoder.encode(value).length;
    // Unlike in labels, upper case is allowed in the prefix.
    for (const problem of qualifiedNameProblems(key.toLowerCase())) errors.invalid(path, key, problem);
  }
  if (bytes > MAX_ANNOTATION_BYTES) errors.tooLong(path, MAX_ANNOTATION_BYTES);
}
