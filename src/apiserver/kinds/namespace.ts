import { FieldErrors, ROOT } from '../../api/field-error.js';
import { dnsLabelProblems } from '../../api/names.js';
import { podSecurityLabelErrors } from '../../api/pod-security/namespace-policy.js';
import { namespaceSchema, type Namespace } from '../../api/schema/namespace.js';
import { validateMeta } from '../../api/validation/meta.js';
import { defineKind } from '../resources/define-kind.js';
import { ageColumn, nameColumn, textColumn } from './columns.js';
import { statusOf } from './status-subresource.js';

/** Lets selectors name a namespace. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

const NAMESPACE = { group: '', version: 'v1', kind: 'Namespace' };

export const namespaceKind = defineKind<Namespace>({
  ...NAMESPACE,
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [statusOf(NAMESPACE)],
  schema: namespaceSchema,
  columns: [
    nameColumn,
    textColumn('Status', 'The status of the namespace', ({ status }) => status?.phase ?? 'Active'),
    ageColumn,
  ],
  fields: { 'status.phase': ({ status }) => status?.phase ?? '' },
  applyDefaults: (namespace) => ({
    ...namespace,
    metadata: {
      ...namespace.metadata,
      labels: { ...namespace.metadata.labels, [NAME_LABEL]: namespace.metadata.name },
    },
    spec: { finalizers: ['kubernetes'], ...namespace.spec },
    status: { phase: 'Active', ...namespace.status },
  }),
  validate: ({ metadata }) => {
    const errors = new FieldErrors();
    const path = ROOT.child('metadata');
    validateMeta(metadata, path, errors);
    // Stricter than other names: it becomes part of host names.
    if (errors.list.length === 0) errors.check(path.child('name'), metadata.name, dnsLabelProblems);
    return [...errors.list, ...podSecurityLabelErrors(metadata.labels)];
  },
});
