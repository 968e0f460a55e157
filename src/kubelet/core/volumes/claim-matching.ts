import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/claim.js';
import { compareQuantities } from '../../../api/quantity.js';

type Selector = NonNullable<PersistentVolumeClaim['spec']['selector']>;
type Labels = Readonly<Record<string, string>>;

/** Is this the volume that was made for the claim, or that somebody has reserved for it? */
export function isReservedFor({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { claimRef } = spec;
  if (claimRef?.name !== metadata.name || (claimRef.namespace ?? '') !== metadata.namespace) return false;
  return claimRef.uid === undefined || claimRef.uid === metadata.uid;
}

/** The free volume that fits a claim best: the smallest one. Source: pkg/controller/volume/persistentvolume/index.go */
export function bestVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  const fitting = volumes.filter((volume) => fits(volume, claim));
  return fitting.sort((a, b) => compareQuantities(capacityOf(a), capacityOf(b)))[0];
}

function fits({ metadata, spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { accessModes = [], selector, storageClassName = '', volumeMode, volumeName = '' } = claim.spec;
  if (spec.claimRef !== undefined || metadata.deletionTimestamp !== undefined) return false;
  if (volumeName !== '' && volumeName !== metadata.name) return false;
  if ((spec.storageClassName ?? '') !== storageClassName) return false;
  if ((spec.volumeMode ?? 'Filesystem') !== (volumeMode ?? 'Filesystem')) return false;
  if (!accessModes.every((mode) => spec.accessModes?.includes(mode) === true)) return false;
  if (selector !== undefined && !selects(selector, metadata.labels ?? {})) return false;
  return compareQuantities(spec.capacity?.['storage'] ?? '0', requestOf(claim)) >= 0;
}

export const requestOf = ({ spec }: PersistentVolumeClaim): string => spec.resources?.requests?.['storage'] ?? '0';
const capacityOf = ({ spec }: PersistentVolume): string => spec.capacity?.['storage'] ?? '0';

function selects({ matchExpressions = [], matchLabels = {} }: Selector, labels: Labels): boolean {
  const value = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(matchLabels).every(([key, wanted]) => value(key) === wanted) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const found = value(key);
      switch (operator) {
        case 'In':
          return found !== undefined && values.includes(found);
        case 'NotIn':
          return found === undefined || !values.includes(found);
        case 'Exists':
          return found !== undefined;
        default:
          return operator === 'DoesNotExist' && found === undefined;
      }
    })
  );
}
