import { expand, missingNames } from '../../../api/expansion.js';
import type { Container, Pod, Volume, VolumeMount } from '../../../api/schema/pod.js';
import { KubeletteError } from '../../../lib/errors.js';
import type { Mount, SubPath } from '../../../runtime/specs.js';
import type { ClaimedVolumes } from '../volumes/claimed-volumes.js';
import { engineVolumeName, isProjected, mountedVolumes } from '../volumes/volume-plan.js';

export interface ContainerMountsInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly claimed: ClaimedVolumes;
  /** Engine ids of images that are volumes, by the volumes' names in the pod. */
  readonly images: ReadonlyMap<string, string>;
  /** The container's environment, for subPathExpr. */
  readonly env: ReadonlyMap<string, string>;
}

/**
 * The mounts of one container, in spec order. Parts of volumes are as the pod says: not looked at yet.
 *
 * @throws KubeletteError `Invalid` naming a volume that cannot be mounted: the container waits with
 * CreateContainerConfigError
 * Source: kubelet makeMounts, pkg/kubelet/kubelet_pods.go
 */
export function containerMounts(input: ContainerMountsInput): Mount[] {
  const { container, pod } = input;
  return (container.volumeMounts ?? []).map((mount) => {
    const volume = (pod.spec.volumes ?? []).find(({ name }) => name === mount.name);
    const made = volume === undefined ? undefined : mountOf(input, volume, mount);
    if (made !== undefined) return made;
    throw new KubeletteError(
      'Invalid',
      `cannot find volume "${mount.name}" to mount into container "${container.name}"`,
    );
  });
}

function mountOf(input: ContainerMountsInput, volume: Volume, mount: VolumeMount): Mount | undefined {
  const target = mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`;
  const subPath = partOf(mount, input.env);
  const part = subPath === undefined ? {} : { subPath };
  const readOnly = mount.readOnly ?? false;
  const claimed = input.claimed.get(volume.name);
  if (claimed?.type === 'engine') {
    return { type: 'volume', volume: claimed.volume, target, readOnly: readOnly || claimed.readOnly, ...part };
  }
  if (claimed?.type === 'host') {
    return {
      ...bindOf(mount, claimed.path, claimed.pathType),
      target,
      readOnly: readOnly || claimed.readOnly,
      ...part,
    };
  }
  if (volume.hostPath !== undefined) {
    return { ...bindOf(mount, volume.hostPath.path, volume.hostPath.type ?? ''), target, readOnly, ...part };
  }
  if (volume.image !== undefined) {
    const image = input.images.get(volume.name);
    return image === undefined ? undefined : { type: 'image', image, target, ...part };
  }
  const projected = isProjected(volume);
  if (volume.emptyDir === undefined && !projected) throw notHere(volume, input.container);
  if (!mountedVolumes(input.pod).includes(volume)) {
    const why = 'no container had it when the pod was started, so it was not set up';
    throw new KubeletteError('Invalid', `cannot mount volume "${volume.name}" into "${input.container.name}": ${why}`);
  }
  const name = engineVolumeName(input.pod.metadata.uid ?? '', volume.name);
  return { type: 'volume', volume: name, target, readOnly: readOnly || projected, ...part };
}

function notHere(volume: Volume, { name: container }: Container): KubeletteError {
  const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
  const what = `volume "${volume.name}" of container "${container}"`;
  return new KubeletteError('Invalid', `${what} is of kind ${kind}, which cannot be mounted here`);
}

type Bind = Extract<Mount, { type: 'bind' }>;

function bindOf(mount: VolumeMount, source: string, type: string): Omit<Bind, 'target' | 'readOnly'> {
  const recursion = RECURSION[mount.recursiveReadOnly ?? ''];
  return {
    type: 'bind',
    source,
    // The default makes a missing directory, as engines and kubelets do; the other types have been looked at.
    createSource: type === '' && (mount.subPath ?? '') === '' && (mount.subPathExpr ?? '') === '',
    propagation: propagation(mount.mountPropagation),
    ...(recursion === undefined ? {} : { recursiveReadOnly: recursion }),
  };
}

const RECURSION: Readonly<Record<string, NonNullable<Bind['recursiveReadOnly']>>> = {
  Disabled: 'no',
  IfPossible: 'if-possible',
  Enabled: 'yes',
};

function propagation(mode: string | undefined): Bind['propagation'] {
  if (mode === 'HostToContainer') return 'rslave';
  return mode === 'Bidirectional' ? 'rshared' : 'rprivate';
}

/** @throws KubeletteError `Invalid` when it cannot be a path inside a volume */
function partOf(
  { name, subPath = '', subPathExpr = '' }: VolumeMount,
  env: ReadonlyMap<string, string>,
): SubPath | undefined {
  if (subPath === '' && subPathExpr === '') return undefined;
  const path = subPathExpr === '' ? subPath : expandPath(subPathExpr, env);
  if (path.startsWith('/')) {
    throw new KubeletteError('Invalid', `error SubPath \`${path}\` must not be an absolute path`);
  }
  if (path.split('/').includes('..')) {
    throw new KubeletteError('Invalid', `unable to provision SubPath \`${path}\`: must not contain '..'`);
  }
  return { name, path };
}

function expandPath(text: string, env: ReadonlyMap<string, string>): string {
  const lookup = (name: string): string | undefined => env.get(name);
  const missing = [...new Set(missingNames(text, lookup))].sort();
  if (missing.length > 0) throw new KubeletteError('Invalid', `missing value for ${missing.join(', ')}`);
  return expand(text, lookup);
}
