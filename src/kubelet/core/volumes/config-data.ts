import type { ConfigMap, Secret } from '../../../api/schema/config.js';
import { KubeletteError } from '../../../lib/errors.js';
import type { ConfigObjects } from './config-objects.js';

interface Reference {
  readonly name?: string;
  readonly optional?: boolean;
}

type KeyReference = Reference & { readonly key: string };
type Data = Readonly<Record<string, string>>;

/**
 * All texts of a ConfigMap, none when it is missing and may be. Its `binaryData` is for volumes only.
 * @throws KubeletteError `Invalid` with the kubelet's words when it is missing
 */
export const configData = (config: ConfigObjects, reference: Reference): Data =>
  find('configmap', reference, (name) => config.configMap(name))?.data ?? {};

/** The same for a Secret, decoded. What is not UTF-8 cannot be in an environment and becomes replacement characters. */
export const secretData = (config: ConfigObjects, reference: Reference): Data =>
  decoded(find('secret', reference, (name) => config.secret(name)));

/** One text of a ConfigMap; undefined when map or key are missing and may be. @throws KubeletteError `Invalid` */
export function configKey(config: ConfigObjects, namespace: string, reference: KeyReference): string | undefined {
  const found: ConfigMap | undefined = find('configmap', reference, (name) => config.configMap(name));
  return found === undefined ? undefined : pick('ConfigMap', namespace, found.data ?? {}, reference);
}

/** One text of a Secret; undefined when it or the key are missing and may be. @throws KubeletteError `Invalid` */
export function secretKey(config: ConfigObjects, namespace: string, reference: KeyReference): string | undefined {
  const found: Secret | undefined = find('secret', reference, (name) => config.secret(name));
  return found === undefined ? undefined : pick('Secret', namespace, decoded(found), reference);
}

function find<T>(
  what: string,
  { name = '', optional }: Reference,
  get: (name: string) => T | undefined,
): T | undefined {
  const found = get(name);
  if (found === undefined && optional !== true) throw new KubeletteError('Invalid', `${what} "${name}" not found`);
  return found;
}

function pick(
  kind: string,
  namespace: string,
  data: Data,
  { key, name = '', optional }: KeyReference,
): string | undefined {
  if (Object.hasOwn(data, key)) return data[key];
  if (optional === true) return undefined;
  throw new KubeletteError('Invalid', `couldn't find key ${key} in ${kind} ${namespace}/${name}`);
}

const decoded = (secret: Secret | undefined): Data =>
  Object.fromEntries(Object.entries(secret?.data ?? {}).map(([key, base64]) => [key, decodeBase64(base64)]));

const decodeBase64 = (text: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
