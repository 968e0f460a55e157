import * as z from 'zod';
import { objectFieldSelectorSchema, resourceFieldSelectorSchema } from './container.js';
import { labelSelectorSchema, templateMetaSchema } from './meta.js';
import {
  bool,
  choice,
  define,
  int32,
  int64,
  list,
  opt,
  quantities,
  quantity,
  str,
  stringMap,
  strings,
} from './shape.js';
import { cloudVolumeSources, localObjectReferenceSchema } from './cloud-volumes.js';

const V1 = 'io.k8s.api.core.v1';

const keyToPathSchema = define(`${V1}.KeyToPath`, { key: str, path: str, mode: opt(int32) });

const downwardFileSchema = define(`${V1}.DownwardAPIVolumeFile`, {
  path: str,
  fieldRef: opt(objectFieldSelectorSchema),
  resourceFieldRef: opt(resourceFieldSelectorSchema),
  mode: opt(int32),
});

const keyedSource = { name: opt(str), items: opt(list(keyToPathSchema)), optional: opt(bool) };

const volumeProjectionSchema = define(`${V1}.VolumeProjection`, {
  secret: opt(define(`${V1}.SecretProjection`, keyedSource)),
  downwardAPI: opt(define(`${V1}.DownwardAPIProjection`, { items: opt(list(downwardFileSchema)) })),
  configMap: opt(define(`${V1}.ConfigMapProjection`, keyedSource)),
  serviceAccountToken: opt(
    define(`${V1}.ServiceAccountTokenProjection`, {
      audience: opt(str),
      expirationSeconds: opt(int64),
      path: str,
    }),
  ),
  clusterTrustBundle: opt(
    define(`${V1}.ClusterTrustBundleProjection`, {
      name: opt(str),
      signerName: opt(str),
      labelSelector: opt(labelSelectorSchema),
      optional: opt(bool),
      path: str,
    }),
  ),
  podCertificate: opt(
    define(`${V1}.PodCertificateProjection`, {
      signerName: str,
      keyType: str,
      maxExpirationSeconds: opt(int32),
      credentialBundlePath: opt(str),
      keyPath: opt(str),
      certificateChainPath: opt(str),
    }),
  ),
});

const typedReference = { apiGroup: opt(str), kind: str, name: str };

/** What is asked of a volume, by a claim or by a pod that brings its own. */
export const claimSpecSchema = define(`${V1}.PersistentVolumeClaimSpec`, {
  accessModes: opt(strings),
  selector: opt(labelSelectorSchema),
  resources: opt(define(`${V1}.VolumeResourceRequirements`, { limits: opt(quantities), requests: opt(quantities) })),
  volumeName: opt(str),
  storageClassName: opt(str),
  volumeMode: opt(str),
  dataSource: opt(define(`${V1}.TypedLocalObjectReference`, typedReference)),
  dataSourceRef: opt(define(`${V1}.TypedObjectReference`, { ...typedReference, namespace: opt(str) })),
  volumeAttributesClassName: opt(str),
});

const hostPathType = choice(
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
);

/** Every kind of volume source, by its field name in a volume. */
export const volumeSources = {
  emptyDir: opt(define(`${V1}.EmptyDirVolumeSource`, { medium: opt(str), sizeLimit: opt(quantity) })),
  hostPath: opt(define(`${V1}.HostPathVolumeSource`, { path: str, type: opt(hostPathType) })),
  secret: opt(
    define(`${V1}.SecretVolumeSource`, {
      secretName: opt(str),
      items: opt(list(keyToPathSchema)),
      defaultMode: opt(int32),
      optional: opt(bool),
    }),
  ),
  configMap: opt(define(`${V1}.ConfigMapVolumeSource`, { ...keyedSource, defaultMode: opt(int32) })),
  downwardAPI: opt(
    define(`${V1}.DownwardAPIVolumeSource`, { items: opt(list(downwardFileSchema)), defaultMode: opt(int32) }),
  ),
  projected: opt(
    define(`${V1}.ProjectedVolumeSource`, { sources: opt(list(volumeProjectionSchema)), defaultMode: opt(int32) }),
  ),
  persistentVolumeClaim: opt(
    define(`${V1}.PersistentVolumeClaimVolumeSource`, { claimName: str, readOnly: opt(bool) }),
  ),
  ephemeral: opt(
    define(`${V1}.EphemeralVolumeSource`, {
      volumeClaimTemplate: opt(
        define(`${V1}.PersistentVolumeClaimTemplate`, { metadata: opt(templateMetaSchema), spec: claimSpecSchema }),
      ),
    }),
  ),
  image: opt(
    define(`${V1}.ImageVolumeSource`, {
      reference: opt(str),
      pullPolicy: opt(choice('Always', 'IfNotPresent', 'Never')),
    }),
  ),
  nfs: opt(define(`${V1}.NFSVolumeSource`, { server: str, path: str, readOnly: opt(bool) })),
  csi: opt(
    define(`${V1}.CSIVolumeSource`, {
      driver: str,
      readOnly: opt(bool),
      fsType: opt(str),
      volumeAttributes: opt(stringMap),
      nodePublishSecretRef: opt(localObjectReferenceSchema),
    }),
  ),
  ...cloudVolumeSources,
};

export const volumeSchema = define(`${V1}.Volume`, { name: str, ...volumeSources });

export type Volume = z.infer<typeof volumeSchema>;
export type KeyToPath = z.infer<typeof keyToPathSchema>;
export type DownwardAPIVolumeFile = z.infer<typeof downwardFileSchema>;
export type VolumeProjection = z.infer<typeof volumeProjectionSchema>;
