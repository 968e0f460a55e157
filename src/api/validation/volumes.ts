import type { FieldErrors, FieldPath } from '../field-error.js';
import { dnsLabelProblems, dnsSubdomainProblems } from '../names.js';
import { compareQuantities, isQuantity } from '../quantity.js';
import type { Volume } from '../schema/pod.js';
import { validateNoBacksteps } from './mounts.js';
import { validateProjected } from './projected.js';
import { validateDownwardItems, validateItems, validateMode } from './volume-files.js';

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
  const { emptyDir, hostPath, configMap, secret, downwardAPI, projected, persistentVolumeClaim, ephemeral, image } =
    volume;
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
    case 'image':
      if ((image?.reference ?? '') === '') errors.required(path.child(first, 'reference'));
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
