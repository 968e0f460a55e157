import type { FieldErrors, FieldPath } from '../field-error.js';
import type { VolumeProjection } from '../schema/pod.js';
import { validateDownwardItems, validateFile, validateItems } from './volume-files.js';

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

/** The sources of a projected volume: each of one kind, and no file from two of them. */
export function validateProjected(sources: readonly VolumeProjection[], path: FieldPath, errors: FieldErrors): void {
  const files = new Set<string>();
  const take = (file: string, at: FieldPath): void => {
    if (file !== '' && files.has(file)) errors.invalid(at, file, 'conflicting duplicate paths');
    files.add(file);
  };
  for (const [index, source] of sources.entries()) {
    const at = path.at(index);
    for (const other of Object.keys(source).slice(1)) {
      errors.forbidden(at.child(other), 'may not specify more than 1 volume type');
    }
    for (const kind of ['secret', 'configMap'] as const) {
      const projection = source[kind];
      if (projection === undefined) continue;
      if ((projection.name ?? '') === '') errors.required(at.child(kind, 'name'));
      validateItems(projection.items ?? [], at.child(kind, 'items'), errors);
      projection.items?.forEach((item, n) => take(item.path, at.child(kind, 'items').at(n).child('path')));
    }
    const { downwardAPI, serviceAccountToken: token, clusterTrustBundle } = source;
    if (downwardAPI !== undefined) {
      validateDownwardItems(downwardAPI.items ?? [], at.child('downwardAPI', 'items'), errors);
      downwardAPI.items?.forEach((item, n) => take(item.path, at.child('downwardAPI', 'items').at(n).child('path')));
    }
    if (token !== undefined) {
      validateToken(token, at.child('serviceAccountToken'), errors);
      take(token.path, at.child('serviceAccountToken', 'path'));
    }
    if (clusterTrustBundle !== undefined) {
      validateFile(clusterTrustBundle.path, at.child('clusterTrustBundle', 'path'), errors);
      take(clusterTrustBundle.path, at.child('clusterTrustBundle', 'path'));
    }
  }
}

function validateToken(
  { path: file, expirationSeconds: seconds }: NonNullable<VolumeProjection['serviceAccountToken']>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  if (seconds !== undefined && seconds < MIN_TOKEN_SECONDS) {
    errors.invalid(path.child('expirationSeconds'), seconds, 'may not specify a duration less than 10 minutes');
  }
  if (seconds !== undefined && seconds > MAX_TOKEN_SECONDS) {
    errors.invalid(path.child('expirationSeconds'), seconds, 'may not specify a duration larger than 2^32 seconds');
  }
  validateFile(file, path.child('path'), errors);
}
