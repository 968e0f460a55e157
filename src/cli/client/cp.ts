import { stat } from 'node:fs/promises';
import { basename, posix, resolve } from 'node:path';
import { KubeletteError } from '../../lib/errors.js';
import { escapeText } from '../output/escape.js';
import { parseFileSpec, type FileSpec } from './cp/file-spec.js';
import { packPath } from './cp/pack.js';
import { runPodCommand, type CommandEnd, type ContainerPlace } from './cp/pod-command.js';
import { UnpackPlace } from './cp/unpack-place.js';
import { unpack } from './cp/unpack.js';
import { containerOf, refuseCompleted } from './exec.js';
import { podPath } from './find-pod.js';
import type { ClientPod } from './pod-containers.js';
import type { ClientFlags, Session } from './session.js';

export interface CopyFlags extends ClientFlags {
  readonly container?: string;
  /** False: owners and permissions are those of who unpacks. */
  readonly preserve: boolean;
}

/** Exit codes of "cannot be run" and "not found". */
const NOT_RUN = [126, 127];

/** `cp`: files and folders between here and a container, by way of its `tar`. */
export async function copy(session: Session, args: readonly string[], flags: CopyFlags): Promise<void> {
  const [from, to, ...more] = args;
  if (from === undefined || to === undefined || more.length > 0)
    throw new KubeletteError('Invalid', 'source and destination are required');
  const source = parseFileSpec(from);
  const target = parseFileSpec(to);
  if (source.pod !== undefined && target.pod !== undefined)
    throw new KubeletteError('Invalid', 'one of src or dest must be a local file specification');
  if (source.pod !== undefined) await copyFromPod(session, source, target.path, flags);
  else if (target.pod !== undefined) await copyToPod(session, source.path, target, flags);
  else throw new KubeletteError('Invalid', 'one of src or dest must be a remote file specification');
}

async function copyToPod(session: Session, local: string, target: FileSpec, flags: CopyFlags): Promise<void> {
  try {
    await stat(local);
  } catch (error) {
    throw new KubeletteError('NotFound', `${local} doesn't exist in local filesystem`, { cause: error });
  }
  const place = await placeOf(session, target, flags);
  const { exitCode: noFolder } = await runPodCommand(session, place, ['test', '-d', target.path], {});
  const into = noFolder === 0 || target.path.endsWith('/');
  const path = posix.normalize(into ? posix.join(target.path, basename(resolve(local))) : target.path);
  const rights = flags.preserve ? [] : ['--no-same-permissions', '-o'];
  const command = ['tar', ...rights, '-xmf', '-', '-C', posix.dirname(path)];
  const input = packPath(local, posix.basename(path), (skipped) =>
    warn(session, skipped, 'it is neither a file nor a folder nor a link'),
  );
  const end = await runPodCommand(session, place, command, { input });
  if (end.exitCode !== 0) throw failed(`copy to ${placeText(place, target.path)}`, end);
}

async function copyFromPod(session: Session, source: FileSpec, local: string, flags: CopyFlags): Promise<void> {
  const place = await placeOf(session, source, flags);
  // By its last name only, so that all names in the archive begin with it; a path such as `..` has none.
  const path = posix.normalize(source.path).replace(/(?<=.)\/$/, '');
  const name = posix.basename(path);
  const hasName = !['', '.', '..'].includes(name);
  const [folder, top] = hasName ? [posix.dirname(path), name] : [path, ''];
  const unpacking = unpack(new UnpackPlace(local, top), (skipped, reason) => warn(session, skipped, reason));
  const command = ['tar', '-cf', '-', '-C', folder, hasName ? `./${name}` : '.'];
  const end = await runPodCommand(session, place, command, { output: (chunk) => unpacking.write(chunk) });
  if (end.exitCode !== 0) throw failed(`copy from ${placeText(place, source.path)}`, end);
  await unpacking.end();
}

async function placeOf(session: Session, { namespace = session.namespace, pod = '' }: FileSpec, flags: CopyFlags) {
  const found = await session.client.json<ClientPod>({ path: podPath(namespace, pod) }, session.signal);
  refuseCompleted(found, 'exec into');
  return { namespace, pod, container: containerOf(session, found, flags) };
}

const placeText = ({ namespace, pod }: ContainerPlace, path: string): string => `${namespace}/${pod}:${path}`;

function failed(attempt: string, { exitCode, stderr }: CommandEnd): KubeletteError {
  const reason = NOT_RUN.includes(exitCode)
    ? 'the container has no tar, which cp runs there (for single files: kubelette exec POD -- cat FILE)'
    : `tar ended with exit code ${exitCode}${stderr === '' ? '' : `: ${stderr}`}`;
  return new KubeletteError('Internal', `${attempt}: ${reason}`);
}

const warn = ({ terminal }: Session, name: string, reason: string): void =>
  void terminal.err.write(`warning: skipping ${escapeText(JSON.stringify(name))}: ${escapeText(reason)}\n`);
