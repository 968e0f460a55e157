import type { RegistryAuth } from '../../../runtime/runtime.js';
import { parseImageReference } from './image-reference.js';

/** Credentials and the images they are for. */
export interface KeyringEntry {
  /** Host, perhaps with port, path and wildcards: `quay.io/coreos`, `*.example.com:5000`. */
  readonly pattern: string;
  readonly username: string;
  readonly password: string;
  /** Instead of both. */
  readonly identityToken?: string;
}

/** How docker calls the hub in its configuration; what it sends there, too. */
export const DOCKER_HUB = 'https://index.docker.io/v1/';
const DOCKER_HUB_PATTERN = 'index.docker.io';

/**
 * All credentials that fit an image, those of the longest path first, as a kubelet tries them.
 * Source: kubelet pkg/credentialprovider/keyring.go.
 */
export function findCredentials(keyring: readonly KeyringEntry[], image: string): readonly RegistryAuth[] {
  const { registry, repository } = parseImageReference(image);
  const server = registry === 'docker.io' ? DOCKER_HUB : registry;
  const fitting = keyring.filter(({ pattern }) => fits(pattern, repository));
  const found =
    fitting.length > 0 || registry !== 'docker.io'
      ? fitting.sort((a, b) => (a.pattern === b.pattern ? 0 : a.pattern < b.pattern ? 1 : -1))
      : keyring.filter(({ pattern }) => pattern === DOCKER_HUB_PATTERN);
  return found.map(({ identityToken, password, username }) => ({
    username,
    password,
    server,
    ...(identityToken === undefined ? {} : { identityToken }),
  }));
}

/** `https://index.docker.io/v1/` → `index.docker.io`: without scheme, and `/v1/` and `/v2/` are the host itself. */
export function patternOf(location: string): string {
  const [host = '', ...path] = location.replace(/^https?:\/\//, '').split('/');
  if (path.length > 1 && /^v[12]$/.test(path[0] ?? '')) path.shift();
  return path.length === 0 || path.join('/') === '' ? host : `${host}/${path.join('/')}`;
}

/** Wildcards stand for a part of the host between dots; a path is the beginning of the image's; ports are the same. */
function fits(pattern: string, repository: string): boolean {
  const wanted = splitLocation(pattern);
  const image = splitLocation(repository);
  return (
    wanted.port === image.port &&
    wanted.labels.length === image.labels.length &&
    image.path.startsWith(wanted.path) &&
    wanted.labels.every((label, index) => globMatches(label, image.labels[index] ?? ''))
  );
}

function splitLocation(location: string): {
  readonly labels: readonly string[];
  readonly port: string;
  readonly path: string;
} {
  const slash = location.indexOf('/');
  const authority = slash === -1 ? location : location.slice(0, slash);
  const [, host = authority, port = ''] = /^(.*):(\d+)$/.exec(authority) ?? [];
  return { labels: host.split('.'), port, path: slash === -1 ? '' : location.slice(slash) };
}

function globMatches(glob: string, text: string): boolean {
  if (!/[*?]/.test(glob)) return glob === text;
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`).test(text);
}
