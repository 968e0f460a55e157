import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';
import { secretSchema, type Secret } from '../../api/schema/config.js';
import { defaultSecret, validateSecret } from '../../api/validation/secret.js';
import { defineKind } from '../resources/define-kind.js';
import { ageColumn, countColumn, nameColumn, textColumn } from './columns.js';
import { immutableErrors } from './immutable.js';

export const secretKind = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  schema: secretSchema,
  columns: [
    nameColumn,
    textColumn('Type', 'Used to facilitate programmatic handling of secret data.', ({ type }) => type ?? ''),
    countColumn('Data', 'Number of entries.', ({ data }) => Object.keys(data ?? {}).length),
    ageColumn,
  ],
  fields: { type: ({ type }) => type ?? '' },
  applyDefaults: defaultSecret,
  validate: validateSecret,
  validateUpdate: (next, before) => [
    ...validateSecret(next),
    ...changedType(next, before),
    ...immutableErrors(next, before, ['data']),
  ],
});

function changedType(next: Secret, before: Secret): readonly FieldError[] {
  const errors = new FieldErrors();
  if (next.type !== before.type) errors.invalid(ROOT.child('type'), next.type, 'field is immutable');
  return errors.list;
}
