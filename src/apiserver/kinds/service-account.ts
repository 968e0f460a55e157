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
  subresources: [
    {
      name: 'token',
      responseKind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
      verbs: ['create'],
    },
  ],
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
