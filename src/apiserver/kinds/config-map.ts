import { configMapSchema, type ConfigMap } from '../../api/schema/config.js';
import { validateConfig } from '../../api/validation/config.js';
import { defineKind } from '../resources/define-kind.js';
import { ageColumn, countColumn, nameColumn } from './columns.js';
import { immutableErrors } from './immutable.js';

export const configMapKind = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  schema: configMapSchema,
  columns: [
    nameColumn,
    countColumn(
      'Data',
      'Number of entries.',
      ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    ),
    ageColumn,
  ],
  validate: validateConfig,
  validateUpdate: (next, before) => [...validateConfig(next), ...immutableErrors(next, before, ['data', 'binaryData'])],
});
