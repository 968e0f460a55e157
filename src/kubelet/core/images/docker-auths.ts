import type { Secret } from '../../../api/schema/config.js';
import { KubeletteError } from '../../../lib/errors.js';
import { patternOf, type KeyringEntry } from './keyring.js';

/** Types of secrets that hold credentials, and the key they are under. */
const DOCKER_CONFIG_JSON = { type: 'kubernetes.io/dockerconfigjson', key: '.dockerconfigjson' };
const DOCKER_CFG = { type: 'kubernetes.io/dockercfg', key: '.dockercfg' };

/**
 * The credentials in a pull secret; none when it is of another type.
 * Source: kubelet pkg/credentialprovider/secrets/secrets.go.
 *
 * @throws Invalid when it cannot be read; what is in it is never quoted
 */
export function pullSecretEntries(secret: Secret): readonly KeyringEntry[] {
  const { name } = secret.metadata;
  for (const { key, type } of [DOCKER_CONFIG_JSON, DOCKER_CFG]) {
    const value = secret.data?.[key] ?? '';
    if (secret.type !== type || value === '') continue;
    const where = `pull secret "${name}", ${key}`;
    const content = parseJson(decodeBase64(value), where);
    const auths = type === DOCKER_CONFIG_JSON.type ? content['auths'] : content;
    return dockerAuthEntries(auths, where);
  }
  return [];
}

/**
 * The `auths` of docker's configuration: location → username and password, or both in `auth`. What holds no
 * credentials (docker notes so that a helper has them) is left out.
 *
 * @param where for messages
 * @throws Invalid
 */
export function dockerAuthEntries(auths: unknown, where: string): readonly KeyringEntry[] {
  if (auths === undefined || auths === null) return [];
  return Object.entries(asObject(auths, where)).flatMap(([location, value]) => {
    const entry = asObject(value, `${where}, "${location}"`);
    const { password, username } = loginOf(entry, `${where}, "${location}"`);
    const identityToken = text(entry['identitytoken']);
    if (username === '' && identityToken === '') return [];
    return [{ pattern: patternOf(location), username, password, ...(identityToken === '' ? {} : { identityToken }) }];
  });
}

function loginOf(
  entry: Readonly<Record<string, unknown>>,
  where: string,
): { readonly username: string; readonly password: string } {
  const auth = text(entry['auth']);
  if (auth === '') return { username: text(entry['username']), password: text(entry['password']) };
  const decoded = decodeBase64(auth.trim());
  const colon = decoded.indexOf(':');
  if (colon === -1)
    throw invalid(`${where}: unable to parse auth field, must be formatted as base64(username:password)`);
  // Docker itself ends the password with a NUL in old files.
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
}

/** @throws Invalid, without a word of the content */
export function parseJson(content: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw invalid(`${where}: not valid JSON`);
  }
  return asObject(value, where);
}

function asObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${where}: not an object`);
  return value as Readonly<Record<string, unknown>>;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const invalid = (message: string): KubeletteError => new KubeletteError('Invalid', message);

/** UTF-8 in base64, with or without padding. */
const decodeBase64 = (value: string): string => Buffer.from(value, 'base64').toString('utf8');
