import { bool, define, int32, opt, str, stringMap, strings } from './shape.js';

const V1 = 'io.k8s.api.core.v1';

/** `{ name }` of an object in the pod's namespace. */
export const localObjectReferenceSchema = define(`${V1}.LocalObjectReference`, { name: opt(str) });

const secretRef = opt(localObjectReferenceSchema);
const fsType = opt(str);
const readOnly = opt(bool);

/** Volume sources of storage systems and clouds: known, so that a manifest using one is not called misspelt. */
export const cloudVolumeSources = {
  awsElasticBlockStore: opt(
    define(`${V1}.AWSElasticBlockStoreVolumeSource`, { volumeID: str, fsType, partition: opt(int32), readOnly }),
  ),
  azureDisk: opt(
    define(`${V1}.AzureDiskVolumeSource`, {
      diskName: str,
      diskURI: str,
      cachingMode: opt(str),
      fsType,
      kind: opt(str),
      readOnly,
    }),
  ),
  azureFile: opt(define(`${V1}.AzureFileVolumeSource`, { secretName: str, shareName: str, readOnly })),
  cephfs: opt(
    define(`${V1}.CephFSVolumeSource`, {
      monitors: strings,
      path: opt(str),
      user: opt(str),
      secretFile: opt(str),
      secretRef,
      readOnly,
    }),
  ),
  cinder: opt(define(`${V1}.CinderVolumeSource`, { volumeID: str, fsType, readOnly, secretRef })),
  fc: opt(
    define(`${V1}.FCVolumeSource`, {
      targetWWNs: opt(strings),
      lun: opt(int32),
      fsType,
      readOnly,
      wwids: opt(strings),
    }),
  ),
  flexVolume: opt(
    define(`${V1}.FlexVolumeSource`, { driver: str, fsType, secretRef, readOnly, options: opt(stringMap) }),
  ),
  flocker: opt(define(`${V1}.FlockerVolumeSource`, { datasetName: opt(str), datasetUUID: opt(str) })),
  gcePersistentDisk: opt(
    define(`${V1}.GCEPersistentDiskVolumeSource`, { pdName: str, fsType, partition: opt(int32), readOnly }),
  ),
  gitRepo: opt(define(`${V1}.GitRepoVolumeSource`, { repository: str, revision: opt(str), directory: opt(str) })),
  glusterfs: opt(define(`${V1}.GlusterfsVolumeSource`, { endpoints: str, path: str, readOnly })),
  iscsi: opt(
    define(`${V1}.ISCSIVolumeSource`, {
      targetPortal: str,
      iqn: str,
      lun: int32,
      iscsiInterface: opt(str),
      fsType,
      readOnly,
      portals: opt(strings),
      chapAuthDiscovery: opt(bool),
      chapAuthSession: opt(bool),
      secretRef,
      initiatorName: opt(str),
    }),
  ),
  photonPersistentDisk: opt(define(`${V1}.PhotonPersistentDiskVolumeSource`, { pdID: str, fsType })),
  portworxVolume: opt(define(`${V1}.PortworxVolumeSource`, { volumeID: str, fsType, readOnly })),
  quobyte: opt(
    define(`${V1}.QuobyteVolumeSource`, {
      registry: str,
      volume: str,
      readOnly,
      user: opt(str),
      group: opt(str),
      tenant: opt(str),
    }),
  ),
  rbd: opt(
    define(`${V1}.RBDVolumeSource`, {
      monitors: strings,
      image: str,
      fsType,
      pool: opt(str),
      user: opt(str),
      keyring: opt(str),
      secretRef,
      readOnly,
    }),
  ),
  scaleIO: opt(
    define(`${V1}.ScaleIOVolumeSource`, {
      gateway: str,
      system: str,
      secretRef: localObjectReferenceSchema,
      sslEnabled: opt(bool),
      protectionDomain: opt(str),
      storagePool: opt(str),
      storageMode: opt(str),
      volumeName: opt(str),
      fsType,
      readOnly,
    }),
  ),
  storageos: opt(
    define(`${V1}.StorageOSVolumeSource`, {
      volumeName: opt(str),
      volumeNamespace: opt(str),
      fsType,
      readOnly,
      secretRef,
    }),
  ),
  vsphereVolume: opt(
    define(`${V1}.VsphereVirtualDiskVolumeSource`, {
      volumePath: str,
      fsType,
      storagePolicyName: opt(str),
      storagePolicyID: opt(str),
    }),
  ),
};
