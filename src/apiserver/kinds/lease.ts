import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';
import { leaseSchema, type Lease } from '../../api/schema/lease.js';
import { validateMeta } from '../../api/validation/meta.js';
import { defineKind } from '../resources/define-kind.js';
import { ageColumn, nameColumn, textColumn } from './columns.js';

export const leaseKind = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  schema: leaseSchema,
  columns: [
    nameColumn,
    textColumn('Holder', 'Who holds the lease.', ({ spec }) => spec?.holderIdentity ?? ''),
    ageColumn,
  ],
  validate: validateLease,
});

function validateLease({ metadata, spec }: Lease): readonly FieldError[] {
  const errors = new FieldErrors();
  validateMeta(metadata, ROOT.child('metadata'), errors);
  const { leaseDurationSeconds: duration = 1, leaseTransitions: transitions = 0 } = spec ?? {};
  const path = ROOT.child('spec');
  if (duration <= 0) errors.invalid(path.child('leaseDurationSeconds'), duration, 'must be greater than 0');
  if (transitions < 0)
    errors.invalid(path.child('leaseTransitions'), transitions, 'must be greater than or equal to 0');
  return errors.list;
}
