import type Docker from 'dockerode';
import { KubeletteError } from '../lib/errors.js';
import type { Mount, SandboxVolume } from '../runtime/specs.js';
import { compareVersions } from './api-version.js';
import { volumeLabelsLike, type Labels } from './labels.js';
import { sandboxVolumePath } from './names.js';

/** Engines mount images since then (Docker 28). */
export const IMAGE_MOUNT_API_VERSION = '1.48';

type Bind = Extract<Mount, { type: 'bind' }>;
/** More than the types of dockerode know. */
type BindOptions = Partial<NonNullable<Docker.MountSettings['BindOptions']>> & Record<string, unknown>;

/** A volume as the sandbox has it, to prepare and to fill it. */
export const sandboxMount = (volume: SandboxVolume): Docker.MountSettings =>
  volume.type === 'volume'
    ? volumeMount(volume.volume, sandboxVolumePath(volume.name), false)
    : { Type: 'bind', Source: volume.source, Target: sandboxVolumePath(volume.name), ReadOnly: false };

/** What the sandbox's program is told about the volumes' roots (see native/hold.c). */
export const volumeRoots = (volumes: readonly SandboxVolume[]): string[] =>
  volumes.flatMap((volume) => {
    if (volume.type === 'bind') return [];
    const { root } = volume;
    const path = sandboxVolumePath(volume.name);
    if (!root.keep) return [`${root.mode.toString(8)}:${root.uid}:${root.gid}:${path}`];
    return [`keep:${root.group?.gid ?? '-'}:${root.group?.policy ?? 'always'}:${path}`];
  });

/**
 * `Mounts` refuses a bind whose source is missing, `Binds` creates it: that is the difference between the two (engine
 * facts I1). From API 1.42 on `Mounts` can be told to create it, and takes colons in paths.
 *
 * @throws `Invalid` for a mount the engine cannot make
 */
export function containerMounts(
  all: readonly Mount[],
  apiVersion: string,
): { readonly binds: string[]; readonly mounts: Docker.MountSettings[] } {
  const binds: string[] = [];
  const mounts: Docker.MountSettings[] = [];
  for (const [index, mount] of all.entries()) {
    if (mount.type === 'volume') mounts.push(volumeMount(mount.volume, mount.target, mount.readOnly, mount.subPath));
    else if (mount.type === 'image') mounts.push(imageMount(mount, all.slice(0, index), apiVersion));
    else if (mount.createSource && compareVersions(apiVersion, '1.42') < 0) binds.push(bindText(mount, apiVersion));
    else mounts.push(bindMount(mount, apiVersion));
  }
  return { binds, mounts };
}

/**
 * With labels of the volumes that are the pod's own. They are there, unless an engine makes a container so slowly that its pod was
 * deleted meanwhile: then it makes them anew, and without labels nobody could tell whose they are.
 *
 * @param labels of the container
 */
export const withVolumeLabels = (
  mounts: readonly Docker.MountSettings[],
  podUid: string,
  labels: Labels,
): Docker.MountSettings[] =>
  mounts.map((mount) => {
    if (mount.VolumeOptions === undefined || !mount.Source.endsWith(`_${podUid}`)) return mount;
    return { ...mount, VolumeOptions: { ...mount.VolumeOptions, Labels: volumeLabelsLike(labels) } };
  });

/** NoCopy: an empty volume stays empty whatever the image has at that path, as in Kubernetes. */
function volumeMount(
  volume: string,
  target: string,
  readOnly: boolean,
  subPath?: Mount['subPath'],
): Docker.MountSettings {
  const part = subPath === undefined || subPath.path === '.' ? {} : { Subpath: subPath.path };
  const options = { NoCopy: true, ...part } as Docker.MountSettings['VolumeOptions'];
  return { Type: 'volume', Source: volume, Target: target, ReadOnly: readOnly, VolumeOptions: options };
}

/** Source: moby API 1.48; Subpath of images since 1.49 (Docker 28.1). */
function imageMount(
  { image, subPath, target }: Extract<Mount, { type: 'image' }>,
  earlier: readonly Mount[],
  apiVersion: string,
): Docker.MountSettings {
  const needed = subPath === undefined ? IMAGE_MOUNT_API_VERSION : '1.49';
  if (compareVersions(apiVersion, needed) < 0) {
    const what = subPath === undefined ? 'an image as a volume' : 'a part of an image as a volume';
    throw new KubeletteError(
      'Invalid',
      `this engine cannot mount ${what}: that takes API ${needed} (Docker 28), and it has ${apiVersion}`,
    );
  }
  const options = subPath === undefined ? {} : { ImageOptions: { Subpath: subPath.path } };
  const times = earlier.filter((mount) => mount.type === 'image' && mount.image === image).length;
  return { Type: 'image', Source: spelling(image, times), Target: target, ReadOnly: true, ...options };
}

/**
 * The engine names what it mounts by the image's name as it was given, and refuses the second of that name in a container
 * (`mount already exists with name`, Docker 28). So each time the id is a digit shorter, and still nobody else's.
 */
const spelling = (imageId: string, times: number): string =>
  times === 0 ? imageId : imageId.replace(/^sha256:/, '').slice(0, -times);

function bindMount(mount: Bind, apiVersion: string): Docker.MountSettings {
  // rprivate is what engines do when not told otherwise, but for their own directory and those above it: there they insist
  // on another one, or on not being told.
  const options: BindOptions = {
    ...(mount.propagation === 'rprivate' ? {} : { Propagation: mount.propagation }),
    ...(mount.createSource ? { CreateMountpoint: true } : {}),
    ...recursion(mount, apiVersion),
  };
  return {
    Type: 'bind',
    Source: sourceOf(mount),
    Target: mount.target,
    ReadOnly: mount.readOnly,
    BindOptions: options as Docker.MountSettings['BindOptions'],
  };
}

/** Since API 1.44 a read-only bind is so all the way down; Kubernetes wants that only when asked. Source: cri-dockerd. */
function recursion({ readOnly, recursiveReadOnly = 'no' }: Bind, apiVersion: string): Record<string, unknown> {
  const can = compareVersions(apiVersion, '1.44') >= 0;
  if (recursiveReadOnly === 'yes') {
    if (can) return { ReadOnlyForceRecursive: true };
    throw new KubeletteError(
      'Invalid',
      `this engine cannot make recursive read-only mounts: that takes API 1.44 (Docker 25), and it has ${apiVersion}`,
    );
  }
  return can && readOnly && recursiveReadOnly === 'no' ? { ReadOnlyNonRecursive: true } : {};
}

function bindText(mount: Bind, apiVersion: string): string {
  recursion(mount, apiVersion);
  const { propagation, readOnly, target } = mount;
  const source = sourceOf(mount);
  if (source.includes(':') || target.includes(':')) {
    throw new KubeletteError('Invalid', `this engine cannot mount ${source} at ${target}: a path contains a colon`);
  }
  const options = [readOnly ? 'ro' : 'rw', ...(propagation === 'rprivate' ? [] : [propagation])];
  return [source, target, options.join(',')].join(':');
}

const sourceOf = ({ source, subPath }: Bind): string =>
  subPath === undefined || subPath.path === '.' ? source : `${source.replace(/\/$/, '')}/${subPath.path}`;
