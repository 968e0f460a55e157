import type { Container, Pod, Volume } from '../../api/schema/pod.js';
import { wholeValue } from '../../api/quantity.js';
import { KubeletteError } from '../../lib/errors.js';
import type { EngineVolume } from '../../runtime/runtime.js';
import type { Mount, SandboxVolume } from '../../runtime/specs.js';

/** An emptyDir as it lives on the engine: a named volume that the sandbox prepares and holds. */
export interface PodVolume {
  readonly engine: EngineVolume;
  readonly sandbox: SandboxVolume;
}

/** Every user may write into an emptyDir. Source: kubelet pkg/volume/emptydir. */
const EMPTY_DIR_MODE = 0o777;

/**
 * The pod's volumes that have to exist before its sandbox starts: those some container mounts. A volume nobody mounts is
 * ignored, as in the kubelet. They outlive containers and sandboxes and go with the pod.
 */
export function podVolumes(pod: Pod): PodVolume[] {
  const mounted = new Set(
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers].flatMap((container) =>
      (container.volumeMounts ?? []).map(({ name }) => name),
    ),
  );
  const uid = pod.metadata.uid ?? '';
  return (pod.spec.volumes ?? []).flatMap((volume) => {
    if (volume.emptyDir === undefined || !mounted.has(volume.name)) return [];
    const name = engineVolumeName(uid, volume.name);
    const memory = volume.emptyDir.medium === 'Memory';
    const limit = volume.emptyDir.sizeLimit;
    return [
      {
        engine: {
          name,
          podUid: uid,
          ...(memory ? { tmpfsBytes: limit === undefined ? 0 : Number(wholeValue(limit)) } : {}),
        },
        sandbox: { volume: name, name: volume.name, mode: EMPTY_DIR_MODE, uid: 0, gid: 0 },
      },
    ];
  });
}

const engineVolumeName = (uid: string, volume: string): string => `kubelette_${volume}_${uid}`;

/**
 * The mounts of one container, in spec order.
 * @throws KubeletteError `Invalid` naming a volume that cannot be mounted: the container waits with
 * CreateContainerConfigError
 */
export function containerMounts(pod: Pod, container: Container): Mount[] {
  return (container.volumeMounts ?? []).map((mount): Mount => {
    const volume = (pod.spec.volumes ?? []).find(({ name }) => name === mount.name);
    if (volume === undefined) {
      throw new KubeletteError(
        'Invalid',
        `cannot find volume "${mount.name}" to mount into container "${container.name}"`,
      );
    }
    if ((mount.subPath ?? '') !== '' || (mount.subPathExpr ?? '') !== '') {
      throw new KubeletteError(
        'Invalid',
        `volume mount "${mount.name}" of container "${container.name}": subPath is not realised yet`,
      );
    }
    const target = mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`;
    const readOnly = mount.readOnly ?? false;
    if (volume.emptyDir !== undefined) {
      return { type: 'volume', volume: engineVolumeName(pod.metadata.uid ?? '', volume.name), target, readOnly };
    }
    if (volume.hostPath !== undefined) {
      return {
        type: 'bind',
        source: volume.hostPath.path,
        target,
        readOnly,
        createSource: createsSource(volume.hostPath.type),
        propagation: propagation(mount.mountPropagation),
      };
    }
    throw new KubeletteError(
      'Invalid',
      `volume "${volume.name}" of container "${container.name}": type ${volumeType(volume)} is not realised yet`,
    );
  });
}

/** The default makes a missing directory, as engines and kubelets do; the other types demand that the path exists. */
const createsSource = (type: string | undefined): boolean =>
  type === undefined || type === '' || type === 'DirectoryOrCreate';

function propagation(mode: string | undefined): 'rprivate' | 'rslave' | 'rshared' {
  if (mode === 'HostToContainer') return 'rslave';
  return mode === 'Bidirectional' ? 'rshared' : 'rprivate';
}

const volumeType = (volume: Volume): string => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
