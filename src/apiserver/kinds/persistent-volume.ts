import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';
import { persistentVolumeSchema, type PersistentVolume } from '../../api/schema/claim.js';
import { accessModeErrors } from '../../api/validation/claim.js';
import { defineKind } from '../resources/define-kind.js';
import { accessModesText } from '../../api/printing/access-modes.js';
import { ageColumn, nameColumn, textColumn, wide } from './columns.js';
import { statusOf } from './status-subresource.js';
import { validateMetadata } from './validate-metadata.js';

const VOLUME = { group: '', version: 'v1', kind: 'PersistentVolume' };
const UNSET = '<unset>';

export const persistentVolumeKind = defineKind<PersistentVolume>({
  ...VOLUME,
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  subresources: [statusOf(VOLUME)],
  schema: persistentVolumeSchema,
  columns: [
    nameColumn,
    textColumn('Capacity', 'Size of the volume.', ({ spec }) => spec.capacity?.['storage'] ?? ''),
    textColumn('Access Modes', 'How the volume may be mounted.', ({ spec }) => accessModesText(spec.accessModes)),
    textColumn(
      'Reclaim Policy',
      'What becomes of the volume when its claim goes.',
      ({ spec }) => spec.persistentVolumeReclaimPolicy ?? '',
    ),
    textColumn('Status', 'Whether it is bound to a claim.', ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
    ),
    textColumn('Claim', 'The claim it is bound to.', ({ spec }) =>
      spec.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`,
    ),
    textColumn('StorageClass', 'The class of storage it is of.', ({ spec }) => spec.storageClassName ?? ''),
    textColumn(
      'VolumeAttributesClass',
      'The class of attributes the volume has.',
      ({ spec }) => spec.volumeAttributesClassName ?? UNSET,
    ),
    textColumn('Reason', 'Why it is in this status.', ({ status }) => status?.reason ?? ''),
    ageColumn,
    wide(textColumn('VolumeMode', 'A file system or a block device.', ({ spec }) => spec.volumeMode ?? UNSET)),
  ],
  applyDefaults: (volume) => ({
    ...volume,
    spec: {
      ...volume.spec,
      persistentVolumeReclaimPolicy: volume.spec.persistentVolumeReclaimPolicy ?? 'Retain',
      volumeMode: volume.spec.volumeMode ?? 'Filesystem',
    },
    status: { ...volume.status, phase: volume.status?.phase ?? 'Pending' },
  }),
  validate: validateVolume,
});

function validateVolume(volume: PersistentVolume): readonly FieldError[] {
  const errors = new FieldErrors();
  const { capacity } = volume.spec;
  if (capacity?.['storage'] === undefined) errors.required(ROOT.child('spec', 'capacity'));
  return [...validateMetadata(volume), ...accessModeErrors(volume.spec.accessModes), ...errors.list];
}
