import type { FieldError } from './field-error.js';
import type { PersistentVolumeClaim } from './schema/claim.js';
import type { ConfigMap, Secret } from './schema/config.js';
import { defaultClaim, validateClaim } from './validation/claim.js';
import { validateConfig } from './validation/config.js';
import { defaultSecret, validateSecret } from './validation/secret.js';

/** What a manifest may hold besides pods, for them to use. */
export type ConfigObject = ConfigMap | Secret | PersistentVolumeClaim;

export const CONFIG_KINDS = ['ConfigMap', 'Secret', 'PersistentVolumeClaim'] as const satisfies ConfigObject['kind'][];

/** `ConfigMap default/settings` */
export const describeConfig = ({ kind, metadata: { name, namespace = 'default' } }: ConfigObject): string =>
  `${kind} ${namespace}/${name}`;

/** As it is stored: with defaults, in a namespace. And everything that is wrong with it. */
export function prepareConfig(object: ConfigObject): {
  readonly object: ConfigObject;
  readonly errors: readonly FieldError[];
} {
  const metadata = { ...object.metadata, namespace: object.metadata.namespace ?? 'default' };
  switch (object.kind) {
    case 'ConfigMap':
      return { object: { ...object, metadata }, errors: validateConfig(object) };
    case 'Secret': {
      const secret = defaultSecret({ ...object, metadata });
      return { object: secret, errors: [...validateConfig(object), ...validateSecret(secret).filter(isRequired)] };
    }
    case 'PersistentVolumeClaim':
      return { object: defaultClaim({ ...object, metadata }), errors: validateClaim(object) };
  }
}

/** What the written form, with its places in the file, has not told already. */
const isRequired = ({ path, type }: FieldError): boolean => type === 'Required value' && path.startsWith('data');
