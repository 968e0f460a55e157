import { isDeepStrictEqual } from 'node:util';
import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';
import { persistentVolumeClaimSchema, type PersistentVolumeClaim } from '../../api/schema/claim.js';
import { defaultClaim, validateClaim } from '../../api/validation/claim.js';
import { defineKind } from '../resources/define-kind.js';
import { accessModesText } from '../../api/printing/access-modes.js';
import { ageColumn, nameColumn, textColumn, wide } from './columns.js';
import { statusOf } from './status-subresource.js';

const CLAIM = { group: '', version: 'v1', kind: 'PersistentVolumeClaim' };
const UNSET = '<unset>';

const isBound = ({ spec }: PersistentVolumeClaim): boolean => (spec.volumeName ?? '') !== '';

export const persistentVolumeClaimKind = defineKind<PersistentVolumeClaim>({
  ...CLAIM,
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  namespaced: true,
  subresources: [statusOf(CLAIM)],
  schema: persistentVolumeClaimSchema,
  columns: [
    nameColumn,
    textColumn('Status', 'Whether there is a volume for the claim.', ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
    ),
    textColumn('Volume', 'The volume the claim is bound to.', ({ spec }) => spec.volumeName ?? ''),
    textColumn('Capacity', 'Size of the volume.', (claim) =>
      isBound(claim) ? (claim.status?.capacity?.['storage'] ?? '') : '',
    ),
    textColumn('Access Modes', 'How the volume may be mounted.', (claim) =>
      isBound(claim) ? accessModesText(claim.status?.accessModes) : '',
    ),
    textColumn('StorageClass', 'The class of storage asked for.', ({ spec }) => spec.storageClassName ?? ''),
    textColumn(
      'VolumeAttributesClass',
      'The class of attributes the volume has.',
      ({ status }) => status?.currentVolumeAttributesClassName ?? UNSET,
    ),
    ageColumn,
    wide(textColumn('VolumeMode', 'A file system or a block device.', ({ spec }) => spec.volumeMode ?? UNSET)),
  ],
  applyDefaults: defaultClaim,
  validate: validateClaim,
  validateUpdate: validateClaimUpdate,
});

/** A bound claim may grow, and a claim may be bound. Source: ValidatePersistentVolumeClaimUpdate */
function validateClaimUpdate(next: PersistentVolumeClaim, before: PersistentVolumeClaim): readonly FieldError[] {
  const errors = new FieldErrors();
  const fixed = ({ spec }: PersistentVolumeClaim): object => ({
    ...spec,
    resources: undefined,
    volumeAttributesClassName: undefined,
    volumeName: isBound(before) ? spec.volumeName : undefined,
  });
  if (!isDeepStrictEqual(fixed(next), fixed(before)))
    errors.forbidden(
      ROOT.child('spec'),
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
  return [...validateClaim(next), ...errors.list];
}
