import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/claim.js';
import { engineVolumeOf, isProtected, VOLUME_PROTECTION, withFinalizer, withoutFinalizer } from './claim-objects.js';
import type { ClaimStep } from './claim-step.js';

/** The next step for a volume whose claim is gone, or which has none yet. */
export function planVolume(volume: PersistentVolume, claims: readonly PersistentVolumeClaim[]): ClaimStep | undefined {
  const { metadata, spec, status } = volume;
  const uid = spec.claimRef?.uid;
  const isClaimed = uid !== undefined && claims.some((claim) => claim.metadata.uid === uid);
  if (isClaimed) return undefined;
  const name = engineVolumeOf(volume);
  if (uid !== undefined && spec.persistentVolumeReclaimPolicy === 'Delete' && name !== undefined) {
    return { kind: 'reclaim', name, volume };
  }
  if (metadata.deletionTimestamp !== undefined) {
    if (!isProtected(volume, VOLUME_PROTECTION)) return undefined;
    return { kind: 'finish', object: withoutFinalizer(volume, VOLUME_PROTECTION) };
  }
  if (!isProtected(volume, VOLUME_PROTECTION)) {
    return { kind: 'update', object: withFinalizer(volume, VOLUME_PROTECTION) };
  }
  const phase = uid === undefined ? 'Available' : 'Released';
  return status?.phase === phase ? undefined : { kind: 'update', object: { ...volume, status: { ...status, phase } } };
}
