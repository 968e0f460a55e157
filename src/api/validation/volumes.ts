import type { FieldErrors, FieldPath } from '../field-error.js';
import { VOLUME_FIELD_PATHS } from '../field-path.js';
import { dnsLabelProblems, dnsSubdomainProblems } from '../names.js';
import { compareQuantities, isQuantity } from '../quantity.js';
import type { DownwardAPIVolumeFile, KeyToPath, Volume } from '../schema/pod.js';
import { validateFieldRef, validateResourceFieldRef } from './env.js';
import { validateDescendingPath, validateNoBacksteps } from './mounts.js';
import { validateProjected } from './projected.js';

/** The volumes of a pod. */
export function validateVolumes(volumes: readonly Volume[], path: FieldPath, errors: FieldErrors): void {
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const at = path.at(index);
    if (volume.name === '') errors.required(at.child('name'));
    else errors.check(at.child('name'), volume.name, dnsLabelProblems);
    if (volume.name !== '' && names.has(volume.name)) errors.duplicate(at.child('name'), volume.name);
    names.add(volume.name);
    validateSource(volume, at, errors);
  }
}

function validateSource(volume: Volume, path: FieldPath, errors: FieldErrors): void {
  const [first, ...others] = Object.keys(volume).filter((key) => key !== 'name');
  if (first === undefined) errors.required(path, 'must specify a volume type');
  for (const other of others) errors.forbidden(path.child(other), 'may not specify more than 1 volume type');
  const { emptyDir, hostPath, configMap, secret, downwardAPI, projected, persistentVolumeClaim, ephemeral } = volume;
  switch (first) {
    case 'emptyDir':
      if (emptyDir !== undefined) validateEmptyDir(emptyDir, path.child(first), errors);
      break;
    case 'hostPath':
      if (hostPath?.path === '') errors.required(path.child(first, 'path'));
      else validateNoBacksteps(hostPath?.path ?? '', path.child(first, 'path'), errors);
      break;
    case 'configMap':
      if ((configMap?.name ?? '') === '') errors.required(path.child(first, 'name'));
      validateMode(configMap?.defaultMode, path.child(first, 'defaultMode'), errors);
      validateItems(configMap?.items ?? [], path.child(first, 'items'), errors);
      break;
    case 'secret':
      if ((secret?.secretName ?? '') === '') errors.required(path.child(first, 'secretName'));
      validateMode(secret?.defaultMode, path.child(first, 'defaultMode'), errors);
      validateItems(secret?.items ?? [], path.child(first, 'items'), errors);
      break;
    case 'downwardAPI':
      validateMode(downwardAPI?.defaultMode, path.child(first, 'defaultMode'), errors);
      validateDownwardItems(downwardAPI?.items ?? [], path.child(first, 'items'), errors);
      break;
    case 'projected':
      validateMode(projected?.defaultMode, path.child(first, 'defaultMode'), errors);
      validateProjected(projected?.sources ?? [], path.child(first, 'sources'), errors);
      break;
    case 'persistentVolumeClaim': {
      const claim = persistentVolumeClaim?.claimName ?? '';
      if (claim === '') errors.required(path.child(first, 'claimName'));
      else errors.check(path.child(first, 'claimName'), claim, dnsSubdomainProblems);
      break;
    }
    case 'ephemeral':
      if (ephemeral?.volumeClaimTemplate === undefined) errors.required(path.child(first, 'volumeClaimTemplate'));
      break;
    default:
  }
}

function validateEmptyDir(source: NonNullable<Volume['emptyDir']>, path: FieldPath, errors: FieldErrors): void {
  const { sizeLimit, medium = '' } = source;
  if (sizeLimit === undefined || !isQuantity(sizeLimit)) return;
  if (compareQuantities(sizeLimit, '0') < 0) {
    errors.forbidden(path.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity');
  } else if (medium.startsWith('HugePages') && compareQuantities(sizeLimit, '0') !== 0) {
    errors.forbidden(path.child('sizeLimit'), 'may not be set for HugePages medium');
  }
}

/** Permission bits of files. */
function validateMode(mode: number | undefined, path: FieldPath, errors: FieldErrors): void {
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
