import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';
import { secretSchema, type Secret } from '../../api/schema/config.js';
import { validateConfig } from '../../api/validation/config.js';
import { defineKind } from '../resources/define-kind.js';
import { ageColumn, countColumn, nameColumn, textColumn } from './columns.js';
import { immutableErrors } from './immutable.js';

/** Keys a secret of a type must have. Source: kubernetes pkg/apis/core/validation/validation.go ValidateSecret */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

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
  applyDefaults: (secret) => ({
    ...withEncodedText(secret),
    type: secret.type === undefined || secret.type === '' ? 'Opaque' : secret.type,
  }),
  validate: validateSecret,
  validateUpdate: (next, before) => [
    ...validateSecret(next),
    ...changedType(next, before),
    ...immutableErrors(next, before, ['data']),
  ],
});

/** `stringData` is for writing only: it goes into `data`, before what is there. */
function withEncodedText({ stringData, ...secret }: Secret): Secret {
  if (stringData === undefined) return secret;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')] as const);
  return { ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } };
}

function validateSecret(secret: Secret): readonly FieldError[] {
  return [...validateConfig(secret), ...missingKeys(secret)];
}

function missingKeys({ data, type = '' }: Secret): readonly FieldError[] {
  const errors = new FieldErrors();
  const required = Object.hasOwn(REQUIRED_KEYS, type) ? (REQUIRED_KEYS[type] ?? []) : [];
  for (const key of required) if (!Object.hasOwn(data ?? {}, key)) errors.required(ROOT.child('data').at(key));
  return errors.list;
}

function changedType(next: Secret, before: Secret): readonly FieldError[] {
  const errors = new FieldErrors();
  if (next.type !== before.type) errors.invalid(ROOT.child('type'), next.type, 'field is immutable');
  return errors.list;
}
