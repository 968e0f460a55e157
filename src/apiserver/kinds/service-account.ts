import { serviceAccountSchema, type ServiceAccount } from '../../api/schema/service-account.js';
import { defineKind } from '../resources/define-kind.js';
import { ageColumn, countColumn, nameColumn } from './columns.js';
import { validateMetadata } from './validate-metadata.js';

export const serviceAccountKind = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  namespaced: true,
  schema: serviceAccountSchema,
  columns: [
    nameColumn,
    countColumn(
      'Secrets',
      'Number of secrets that pods of this account may use.',
      ({ secrets }) => secrets?.length ?? 0,
    ),
    ageColumn,
  ],
  validate: validateMetadata,
});
