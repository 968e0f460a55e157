import { KubeletteError } from '../../../lib/errors.js';

/** What an image's name says. */
export interface ImageReference {
  /** `docker.io`, `localhost:5000`, `ghcr.io`. */
  readonly registry: string;
  /** With the registry, completed: `docker.io/library/busybox`. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…`. */
  readonly digest?: string;
}

const DEFAULT_REGISTRY = 'docker.io';
const LONGEST = 255;

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const REGISTRY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const IMAGE_ID = /^[a-f0-9]{64}$/;

/**
 * Reads an image's name as docker does: a first part with a dot, a colon or upper case in it, or `localhost`, is a
 * registry. Source: github.com/distribution/reference, ParseNormalizedNamed.
 *
 * @throws Invalid with the words of that library
 */
export function parseImageReference(image: string): ImageReference {
  if (IMAGE_ID.test(image))
    throw invalid(`invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`);
  const { registry, rest } = splitRegistry(image);
  const at = rest.indexOf('@');
  const digest = at === -1 ? undefined : rest.slice(at + 1);
  const named = at === -1 ? rest : rest.slice(0, at);
  const colon = named.indexOf(':');
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  const path = colon === -1 ? named : named.slice(0, colon);
  if (path !== path.toLowerCase())
    throw invalid(`invalid reference format: repository name (${path}) must be lowercase`);
  const repository = `${registry}/${path}`;
  // The lengths are looked at before the patterns.
  if (repository.length > LONGEST) throw invalid('repository name must not be more than 255 characters');
  const isGood =
    REGISTRY.test(registry) &&
    PATH.test(path) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || (digest.length <= LONGEST && DIGEST.test(digest)));
  if (!isGood) throw invalid('invalid reference format');
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function splitRegistry(image: string): { readonly registry: string; readonly rest: string } {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  const isRegistry = slash !== -1 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const registry = !isRegistry || first === 'index.docker.io' ? DEFAULT_REGISTRY : first;
  const rest = isRegistry ? image.slice(slash + 1) : image;
  return { registry, rest: registry === DEFAULT_REGISTRY && !rest.includes('/') ? `library/${rest}` : rest };
}

const invalid = (message: string): KubeletteError => new KubeletteError('Invalid', message);

/** `busybox` → `busybox:latest`; a tag or digest stays. */
export function withDefaultTag(image: string): string {
  const { digest, tag } = parseImageReference(image);
  return digest === undefined && tag === undefined ? `${image}:latest` : image;
}
