import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/claim.js';
import type { Pod, Volume } from '../../../api/schema/pod.js';
import { KubeletteError } from '../../../lib/errors.js';

/** Claims and volumes as they are now. */
export interface ClaimObjects {
  /** Of the pod's namespace. */
  claim(name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
}

/** What a claim gives a pod: a volume of the engine, or a path of its host. */
export type ClaimedVolume =
  | { readonly type: 'engine'; readonly volume: string; readonly claim: ClaimIdentity; readonly readOnly: boolean }
  | { readonly type: 'host'; readonly path: string; readonly pathType: string; readonly readOnly: boolean };

export interface ClaimIdentity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/** By the name the volume has in the pod. */
export type ClaimedVolumes = ReadonlyMap<string, ClaimedVolume>;

/** A PersistentVolume that is a volume of the engine has this driver; its handle is the volume's name there. */
export const ENGINE_VOLUME_DRIVER = 'volumes.kubelette.dev';

/** The claim a volume of a pod stands for. An ephemeral one has a claim of its own, named for both. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`;
}

/**
 * What a volume's claim gives, undefined for a volume without one.
 *
 * @throws KubeletteError `Invalid` with the kubelet's words when it cannot be mounted (yet)
 * Source: kubelet pkg/kubelet/volumemanager/populator createVolumeSpec
 */
export function claimedVolume(pod: Pod, volume: Volume, objects: ClaimObjects): ClaimedVolume | undefined {
  const name = claimNameOf(pod, volume);
  if (name === undefined) return undefined;
  const namespace = pod.metadata.namespace ?? 'default';
  const refuse = (why: string): never => {
    throw new KubeletteError('Invalid', `error processing PVC ${namespace}/${name}: ${why}`);
  };
  const claim = objects.claim(name);
  if (claim === undefined) {
    return refuse(`failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`);
  }
  if (volume.ephemeral !== undefined && !isOwnedBy(claim, pod)) {
    return refuse(
      `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`,
    );
  }
  if (isBeingDeletedFor(claim, pod)) return refuse('PVC is being deleted');
  const { volumeName = '' } = claim.spec;
  const bound = objects.volume(volumeName);
  if (claim.status?.phase !== 'Bound' || bound === undefined) return refuse('PVC is not bound');
  const readOnly = volume.persistentVolumeClaim?.readOnly ?? false;
  const { csi, hostPath, local } = bound.spec;
  if (csi?.driver === ENGINE_VOLUME_DRIVER) {
    const identity = { uid: claim.metadata.uid ?? '', namespace, name };
    return { type: 'engine', volume: csi.volumeHandle, claim: identity, readOnly: readOnly || csi.readOnly === true };
  }
  if (hostPath !== undefined) return { type: 'host', path: hostPath.path, pathType: hostPath.type ?? '', readOnly };
  if (local !== undefined) return { type: 'host', path: local.path, pathType: 'Directory', readOnly };
  return refuse(`volume ${volumeName} is of a kind that cannot be mounted here`);
}

const isOwnedBy = ({ metadata }: PersistentVolumeClaim, pod: Pod): boolean =>
  (metadata.ownerReferences ?? []).some(({ uid }) => uid === pod.metadata.uid);

/** A pod that was there before keeps what it has. */
const isBeingDeletedFor = ({ metadata }: PersistentVolumeClaim, pod: Pod): boolean =>
  metadata.deletionTimestamp !== undefined && metadata.deletionTimestamp < (pod.metadata.creationTimestamp ?? '');
