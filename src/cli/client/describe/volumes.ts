import { canonicalQuantity } from '../../../api/quantity-format.js';
import { compareQuantities } from '../../../api/quantity.js';
import type { PersistentVolume } from '../../../api/schema/claim.js';
import type { Volume } from '../../../api/schema/pod.js';
import { describeClaimSpec } from './claim-spec.js';
import { sortedEntries, type Description } from './description.js';

/** The volumes of a pod, each with what it is made of. */
export function describeVolumes(to: Description, volumes: readonly Volume[]): void {
  if (volumes.length === 0) {
    to.field(0, 'Volumes', '<none>');
    return;
  }
  to.line(0, 'Volumes:');
  for (const volume of volumes) {
    to.line(1, `${volume.name}:`);
    describeSource(to, volume);
  }
}

/** What a volume is made of; pods and persistent volumes have most sources in common. */
export function describeSource(
  to: Description,
  volume: Partial<Volume> & Pick<PersistentVolume['spec'], 'local'>,
): void {
  const { configMap, csi, emptyDir, hostPath, image, local, nfs, persistentVolumeClaim: claim, secret } = volume;
  const type = (text: string, fields: Readonly<Record<string, string | boolean | undefined>>): void => {
    to.field(2, 'Type', text);
    for (const [name, value] of Object.entries(fields)) to.field(2, name, value);
  };
  if (hostPath !== undefined)
    type('HostPath (bare host directory volume)', { Path: hostPath.path, HostPathType: hostPath.type ?? '<none>' });
  else if (emptyDir !== undefined)
    type("EmptyDir (a temporary directory that shares a pod's lifetime)", {
      Medium: emptyDir.medium,
      SizeLimit: sizeLimit(emptyDir.sizeLimit),
    });
  else if (secret !== undefined)
    type('Secret (a volume populated by a Secret)', {
      SecretName: secret.secretName,
      Optional: secret.optional === true,
    });
  else if (configMap !== undefined)
    type('ConfigMap (a volume populated by a ConfigMap)', {
      Name: configMap.name,
      Optional: configMap.optional === true,
    });
  else if (nfs !== undefined)
    type('NFS (an NFS mount that lasts the lifetime of a pod)', {
      Server: nfs.server,
      Path: nfs.path,
      ReadOnly: nfs.readOnly === true,
    });
  else if (claim !== undefined)
    type('PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)', {
      ClaimName: claim.claimName,
      ReadOnly: claim.readOnly === true,
    });
  else if (local !== undefined)
    type('LocalVolume (a persistent volume backed by local storage on a node)', { Path: local.path });
  else if (image !== undefined)
    type('Image (a container image or OCI artifact)', { Reference: image.reference, PullPolicy: image.pullPolicy });
  else if (csi !== undefined) {
    const handle = 'volumeHandle' in csi ? { VolumeHandle: String(csi.volumeHandle) } : {};
    const source = { Driver: csi.driver, FSType: csi.fsType, ...handle, ReadOnly: csi.readOnly === true };
    type('CSI (a Container Storage Interface (CSI) volume source)', source);
    const attributes = sortedEntries(csi.volumeAttributes).map(([key, value]) => `${key}=${value}`);
    to.list(2, 'VolumeAttributes', attributes);
  } else describeComputed(to, volume);
}

/** Sources that are made up of several. */
function describeComputed(to: Description, { downwardAPI, ephemeral, projected }: Partial<Volume>): void {
  if (ephemeral !== undefined) {
    const what = 'an inline specification for a volume that gets created and deleted with the pod';
    to.field(2, 'Type', `EphemeralVolume (${what})`);
    const template = ephemeral.volumeClaimTemplate;
    if (template !== undefined) describeClaimSpec(to, 2, template);
  } else if (downwardAPI !== undefined) {
    to.field(2, 'Type', 'DownwardAPI (a volume populated by information about the pod)');
    to.line(2, 'Items:');
    for (const { fieldRef, path, resourceFieldRef } of downwardAPI.items ?? [])
      to.line(3, `${fieldRef?.fieldPath ?? resourceFieldRef?.resource ?? ''} -> ${path}`);
  } else if (projected !== undefined) {
    to.field(2, 'Type', 'Projected (a volume that contains injected data from multiple sources)');
    for (const { configMap, downwardAPI: downward, secret, serviceAccountToken } of projected.sources ?? []) {
      const named = secret ?? configMap;
      if (named !== undefined) {
        to.field(2, secret === undefined ? 'ConfigMapName' : 'SecretName', named.name);
        to.field(2, 'Optional', named.optional === true);
      } else if (downward !== undefined) to.field(2, 'DownwardAPI', true);
      else if (serviceAccountToken !== undefined)
        to.field(2, 'TokenExpirationSeconds', serviceAccountToken.expirationSeconds);
    }
  } else to.line(1, '<unknown>');
}

const sizeLimit = (limit: string | undefined): string =>
  limit !== undefined && compareQuantities(limit, '0') > 0 ? canonicalQuantity(limit) : '<unset>';
