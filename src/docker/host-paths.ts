import { KubeletteError } from '../lib/errors.js';
import type { HostPathKind, HostPathRequest } from '../runtime/volumes.js';
import type { DockerContext } from './context.js';
import { runHelper } from './helper.js';

/** Where the helper has the root of the engine's host; it must exist in no image. */
const ROOT = '/host';
const KINDS = ['directory', 'file', 'socket', 'chardevice', 'blockdevice', 'other', 'missing'] as const;
const WORDS: Readonly<Record<HostPathRequest['make'], string>> = {
  nothing: 'look',
  directory: 'directory',
  file: 'file',
};

/**
 * What paths of the engine's host are, seen from there: the agent may be on another machine, or in a container. The helper
 * has the host's root, read-only unless something is to be made.
 */
export async function examineHostPaths(
  { engine, ownership }: DockerContext,
  paths: readonly HostPathRequest[],
  signal: AbortSignal,
): Promise<readonly HostPathKind[]> {
  if (paths.length === 0) return [];
  const readOnly = paths.every(({ make }) => make === 'nothing');
  const command = {
    args: ['hostpath', ROOT, ...paths.flatMap(({ make, path }) => [WORDS[make], path])],
    hostConfig: { Binds: [`/:${ROOT}${readOnly ? ':ro' : ''}`] },
  };
  const kinds = (await runHelper(engine, ownership, command, signal)).map(parseKind);
  if (kinds.length === paths.length) return kinds;
  throw new KubeletteError('Unavailable', 'the look at paths of the host broke off');
}

/** @throws `Internal` for a word our program does not say */
function parseKind(word: string): HostPathKind {
  const known = KINDS.find((kind) => kind === word);
  if (known !== undefined) return known;
  const [, errno] = /^error-(\d+)$/.exec(word) ?? [];
  if (errno === undefined) throw new KubeletteError('Internal', `unexpected kind of a path: ${word}`);
  return { errno: Number(errno) };
}
