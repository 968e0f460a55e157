import * as z from 'zod';
import { nodeSelectorSchema } from './affinity.js';
import { cloudVolumeSources } from './cloud-volumes.js';
import { objectReferenceSchema } from './event.js';
import { objectMetaSchema } from './meta.js';
import { bool, define, list, opt, quantities, str, stringMap, strings, time } from './shape.js';
import { claimSpecSchema, volumeSources } from './volume.js';

const V1 = 'io.k8s.api.core.v1';

const claimConditionSchema = define(`${V1}.PersistentVolumeClaimCondition`, {
  type: str,
  status: str,
  lastProbeTime: opt(time),
  lastTransitionTime: opt(time),
  reason: opt(str),
  message: opt(str),
});

export const persistentVolumeClaimSchema = define(`${V1}.PersistentVolumeClaim`, {
  apiVersion: z.literal('v1'),
  kind: z.literal('PersistentVolumeClaim'),
  metadata: objectMetaSchema,
  spec: claimSpecSchema,
  status: opt(
    define(`${V1}.PersistentVolumeClaimStatus`, {
      phase: opt(str),
      accessModes: opt(strings),
      capacity: opt(quantities),
      conditions: opt(list(claimConditionSchema)),
      allocatedResources: opt(quantities),
      allocatedResourceStatuses: opt(stringMap),
      currentVolumeAttributesClassName: opt(str),
      modifyVolumeStatus: opt(
        define(`${V1}.ModifyVolumeStatus`, { targetVolumeAttributesClassName: opt(str), status: str }),
      ),
    }),
  ),
});

const secretReferenceSchema = define(`${V1}.SecretReference`, { name: opt(str), namespace: opt(str) });
const secretRef = opt(secretReferenceSchema);
const { awsElasticBlockStore, azureDisk, fc, flocker, gcePersistentDisk, photonPersistentDisk } = cloudVolumeSources;
const { portworxVolume, quobyte, vsphereVolume } = cloudVolumeSources;

const csiSourceSchema = define(`${V1}.CSIPersistentVolumeSource`, {
  driver: str,
  volumeHandle: str,
  readOnly: opt(bool),
  fsType: opt(str),
  volumeAttributes: opt(stringMap),
  controllerPublishSecretRef: secretRef,
  nodeStageSecretRef: secretRef,
  nodePublishSecretRef: secretRef,
  controllerExpandSecretRef: secretRef,
  nodeExpandSecretRef: secretRef,
});

/** Sources that name their secrets otherwise than those in a pod are left out: nothing here could mount them. */
const persistentVolumeSpecSchema = define(`${V1}.PersistentVolumeSpec`, {
  capacity: opt(quantities),
  accessModes: opt(strings),
  claimRef: opt(objectReferenceSchema),
  persistentVolumeReclaimPolicy: opt(str),
  storageClassName: opt(str),
  mountOptions: opt(strings),
  volumeMode: opt(str),
  nodeAffinity: opt(define(`${V1}.VolumeNodeAffinity`, { required: opt(nodeSelectorSchema) })),
  volumeAttributesClassName: opt(str),
  hostPath: volumeSources.hostPath,
  nfs: volumeSources.nfs,
  local: opt(define(`${V1}.LocalVolumeSource`, { path: str, fsType: opt(str) })),
  csi: opt(csiSourceSchema),
  ...{ awsElasticBlockStore, azureDisk, fc, flocker, gcePersistentDisk, photonPersistentDisk },
  ...{ portworxVolume, quobyte, vsphereVolume },
});

export const persistentVolumeSchema = define(`${V1}.PersistentVolume`, {
  apiVersion: z.literal('v1'),
  kind: z.literal('PersistentVolume'),
  metadata: objectMetaSchema,
  spec: persistentVolumeSpecSchema,
  status: opt(
    define(`${V1}.PersistentVolumeStatus`, {
      phase: opt(str),
      message: opt(str),
      reason: opt(str),
      lastPhaseTransitionTime: opt(time),
    }),
  ),
});

export type PersistentVolumeClaim = z.infer<typeof persistentVolumeClaimSchema>;
export type PersistentVolume = z.infer<typeof persistentVolumeSchema>;
