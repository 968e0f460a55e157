import { KubeletteError } from '../../../lib/errors.js';

/** One side of a copy. */
export interface FileSpec {
  /** Absent: a local path. */
  readonly pod?: string;
  /** Absent: of the session. */
  readonly namespace?: string;
  readonly path: string;
}

/**
 * Reads `path`, `pod:path` and `namespace/pod:path`. What begins like a path (`/`, `./`, `../`) is one, whatever follows.
 * @throws KubeletteError `Invalid` in kubectl's words
 */
export function parseFileSpec(text: string): FileSpec {
  const colon = text.indexOf(':');
  if (colon === -1 || /^\.{0,2}\//.test(text)) return withPath({ path: text });
  const owner = text.slice(0, colon).split('/');
  const [first = '', second] = owner;
  if (owner.length > 2 || owner.includes(''))
    throw new KubeletteError('Invalid', 'filespec must match the canonical format: [[namespace/]pod:]file/path');
  const path = text.slice(colon + 1);
  return withPath(second === undefined ? { pod: first, path } : { namespace: first, pod: second, path });
}

function withPath(spec: FileSpec): FileSpec {
  if (spec.path === '') throw new KubeletteError('Invalid', 'filepath can not be empty');
  return spec;
}
