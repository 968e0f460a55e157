import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/claim.js';
import type { KubeObject } from '../../../api/schema/meta.js';
import type { Pod, Volume } from '../../../api/schema/pod.js';
import { ENGINE_VOLUME_DRIVER, type ClaimIdentity } from './claimed-volumes.js';
import { requestOf } from './claim-matching.js';

/** Keeps a claim as long as a pod uses it. Source: kubernetes pkg/volume/util/finalizer.go */
export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
/** Keeps a volume as long as it is bound to a claim. */
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

/** The volume made for a claim, as provisioners name it; nothing is on the engine yet. */
export function newVolume(claim: PersistentVolumeClaim): PersistentVolume {
  const { accessModes = [], storageClassName = '' } = claim.spec;
  const { name, namespace = 'default', uid = '' } = claim.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: `pvc-${uid}`,
      annotations: { 'pv.kubernetes.io/provisioned-by': ENGINE_VOLUME_DRIVER },
      finalizers: [VOLUME_PROTECTION],
    },
    spec: {
      capacity: { storage: requestOf(claim) },
      accessModes,
      persistentVolumeReclaimPolicy: 'Delete',
      ...(storageClassName === '' ? {} : { storageClassName }),
      volumeMode: 'Filesystem',
      csi: { driver: ENGINE_VOLUME_DRIVER, volumeHandle: `kubelette_pvc-${uid}` },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
    },
    status: { phase: 'Pending' },
  };
}

/** Name on the engine of a volume that is there; undefined for a path of its host. */
export const engineVolumeOf = ({ spec }: PersistentVolume): string | undefined =>
  spec.csi?.driver === ENGINE_VOLUME_DRIVER ? spec.csi.volumeHandle : undefined;

export const identityOf = ({ metadata }: PersistentVolumeClaim): ClaimIdentity => ({
  uid: metadata.uid ?? '',
  namespace: metadata.namespace ?? 'default',
  name: metadata.name,
});

export const boundClaim = (claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim => ({
  ...claim,
  metadata: {
    ...claim.metadata,
    annotations: {
      ...claim.metadata.annotations,
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    },
  },
  spec: { ...claim.spec, volumeName: volume.metadata.name },
  status: {
    ...claim.status,
    phase: 'Bound',
    ...(volume.spec.accessModes === undefined ? {} : { accessModes: volume.spec.accessModes }),
    ...(volume.spec.capacity === undefined ? {} : { capacity: volume.spec.capacity }),
  },
});

/** The claim of a pod's ephemeral volume. Source: pkg/controller/volume/ephemeral/controller.go */
export function ephemeralClaim(pod: Pod, volume: Volume, name: string): PersistentVolumeClaim | undefined {
  const template = volume.ephemeral?.volumeClaimTemplate;
  if (template === undefined) return undefined;
  const { annotations, labels } = template.metadata ?? {};
  const owner = { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid ?? '' };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: pod.metadata.namespace ?? 'default',
      ...(annotations === undefined ? {} : { annotations }),
      ...(labels === undefined ? {} : { labels }),
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
      finalizers: [CLAIM_PROTECTION],
    },
    spec: { volumeMode: 'Filesystem', ...template.spec },
    status: { phase: 'Pending' },
  };
}

export const isProtected = ({ metadata }: KubeObject, finalizer: string): boolean =>
  (metadata.finalizers ?? []).includes(finalizer);

export const withFinalizer = <T extends KubeObject>(object: T, finalizer: string): T => ({
  ...object,
  metadata: { ...object.metadata, finalizers: [...(object.metadata.finalizers ?? []), finalizer] },
});

export const withoutFinalizer = <T extends KubeObject>(object: T, finalizer: string): T => ({
  ...object,
  metadata: {
    ...object.metadata,
    finalizers: (object.metadata.finalizers ?? []).filter((other) => other !== finalizer),
  },
});
