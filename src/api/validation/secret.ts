import { FieldErrors, ROOT, type FieldError } from '../field-error.js';
import type { Secret } from '../schema/config.js';
import { validateConfig } from './config.js';

/** Keys a secret of a type must have. Source: kubernetes pkg/apis/core/validation/validation.go ValidateSecret */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

/** A type, and its texts encoded. */
export const defaultSecret = (secret: Secret): Secret => ({
  ...withEncodedText(secret),
  type: secret.type === undefined || secret.type === '' ? 'Opaque' : secret.type,
});

/** Everything that is wrong with a Secret that is to be created. Values are never quoted. */
export function validateSecret(secret: Secret): readonly FieldError[] {
  return [...validateConfig(secret), ...missingKeys(secret)];
}

function missingKeys({ data, type = '' }: Secret): readonly FieldError[] {
  const errors = new FieldErrors();
  const required = Object.hasOwn(REQUIRED_KEYS, type) ? (REQUIRED_KEYS[type] ?? []) : [];
  for (const key of required) if (!Object.hasOwn(data ?? {}, key)) errors.required(ROOT.child('data').at(key));
  return errors.list;
}

/** `stringData` is for writing only: it goes into `data`, before what is there. */
function withEncodedText({ stringData, ...secret }: Secret): Secret {
  if (stringData === undefined) return secret;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, encodeBase64(text)] as const);
  return { ...secret, data: { ...secret.data, ...Object.fromEntries(encoded) } };
}

const encodeBase64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
