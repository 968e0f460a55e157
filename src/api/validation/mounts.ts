import type { FieldErrors, FieldPath } from '../field-error.js';
import type { Container, Volume, VolumeMount } from '../schema/pod.js';

/** What a container mounts, given the volumes of its pod. */
export function validateMounts(
  { volumeMounts = [], volumeDevices = [], securityContext }: Container,
  volumes: ReadonlyMap<string, Volume>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const devicePaths = new Set(volumeDevices.map(({ devicePath }) => devicePath));
  const mountPaths = new Set<string>();
  for (const [index, mount] of volumeMounts.entries()) {
    const at = path.child('volumeMounts').at(index);
    if (mount.name === '') errors.required(at.child('name'));
    else if (!volumes.has(mount.name)) errors.notFound(at.child('name'), mount.name);
    if (mount.mountPath === '') errors.required(at.child('mountPath'));
    else if (mountPaths.has(mount.mountPath)) {
      errors.invalid(at.child('mountPath'), mount.mountPath, 'must be unique');
    }
    mountPaths.add(mount.mountPath);
    if (devicePaths.has(mount.mountPath)) {
      errors.invalid(at.child('mountPath'), mount.mountPath, 'must not already exist as a path in volumeDevices');
    }
    validateSubPath(mount, at, errors);
    validateSharing(mount, securityContext?.privileged === true, at, errors);
  }
  validateDevices(volumeDevices, volumes, mountPaths, path.child('volumeDevices'), errors);
}

function validateSubPath({ subPath = '', subPathExpr = '' }: VolumeMount, path: FieldPath, errors: FieldErrors): void {
  if (subPath !== '') validateDescendingPath(subPath, path.child('subPath'), errors);
  if (subPathExpr === '') return;
  if (subPath !== '') {
    errors.invalid(path.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive');
  }
  validateDescendingPath(subPathExpr, path.child('subPathExpr'), errors);
}

function validateSharing(mount: VolumeMount, privileged: boolean, path: FieldPath, errors: FieldErrors): void {
  const { mountPropagation, recursiveReadOnly, readOnly } = mount;
  if (mountPropagation === 'Bidirectional' && !privileged) {
    const rule = 'Bidirectional mount propagation is available only to privileged containers';
    errors.forbidden(path.child('mountPropagation'), rule);
  }
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') return;
  if (readOnly !== true)
    errors.forbidden(path.child('recursiveReadOnly'), 'may only be specified when readOnly is true');
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    const rule = 'may only be specified when mountPropagation is None or not specified';
    errors.forbidden(path.child('recursiveReadOnly'), rule);
  }
}

function validateDevices(
  devices: NonNullable<Container['volumeDevices']>,
  volumes: ReadonlyMap<string, Volume>,
  mountPaths: ReadonlySet<string>,
  path: FieldPath,
  errors: FieldErrors,
): void {
  const seen = new Set<string>();
  for (const [index, { name, devicePath }] of devices.entries()) {
    const at = path.at(index);
    if (name === '') errors.required(at.child('name'));
    else if (!volumes.has(name)) errors.notFound(at.child('name'), name);
    if (devicePath === '') errors.required(at.child('devicePath'));
    else if (seen.has(devicePath)) errors.invalid(at.child('devicePath'), devicePath, 'must be unique');
    if (mountPaths.has(devicePath)) {
      errors.invalid(at.child('devicePath'), devicePath, 'must not already exist as a path in volumeMounts');
    }
    seen.add(devicePath);
  }
}

/** A path that stays below where it starts. */
export function validateDescendingPath(text: string, path: FieldPath, errors: FieldErrors): void {
  if (text.startsWith('/')) errors.invalid(path, text, 'must be a relative path');
  validateNoBacksteps(text, path, errors);
}

/** A path without `..` as one of its parts. */
export function validateNoBacksteps(text: string, path: FieldPath, errors: FieldErrors): void {
  if (text.split('/').includes('..')) errors.invalid(path, text, "must not contain '..'");
}
