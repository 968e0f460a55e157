import type { Stats } from 'node:fs';
import { chmod, lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorMessage, KubeletteError } from '../lib/errors.js';
import { makeDirectories } from '../lib/make-directories.js';

/** Where the agent keeps what. All absolute. */
export interface DataDirLayout {
  readonly root: string;
  /** With a client certificate inside, mode 0600. */
  readonly kubeconfig: string;
  /** Keys and certificates, mode 0600. */
  readonly pki: string;
  /** Journal of the objects, agent id. */
  readonly state: string;
  /** `<uid>/…`: volumes' files, hosts file, termination messages. */
  readonly pods: string;
  /** Profiles that pods may name, put there by the user; it need not exist. */
  readonly seccomp: string;
  /** Holds `pods/` and `containers/`. */
  readonly logs: string;
  /** What the agent has pulled and may remove. */
  readonly pulledImages: string;
  readonly lock: string;
  readonly agentId: string;
}

export function dataDirLayout(dir: string): DataDirLayout {
  const root = resolve(dir);
  const state = join(root, 'state');
  return {
    root,
    kubeconfig: join(root, 'kubeconfig'),
    pki: join(root, 'pki'),
    state,
    pods: join(root, 'pods'),
    seccomp: join(root, 'seccomp'),
    logs: join(root, 'logs'),
    pulledImages: join(root, 'pulled-images.json'),
    lock: join(root, 'agent.lock'),
    agentId: join(state, 'agent-id'),
  };
}

/**
 * Makes the directories that are missing and checks those that are there: real directories, not links, ours, and closed to
 * everyone else. Ours below the root are closed if need be; the root may be somebody's home, so it is only checked.
 *
 * @throws Invalid with the next step when one cannot be trusted; Unavailable when it cannot be made
 */
export async function openDataDir(dir: string): Promise<DataDirLayout> {
  const layout = dataDirLayout(dir);
  await ensureDirectory(layout.root);
  const { mode } = await trusted(layout.root);
  if ((mode & 0o022) !== 0) throw refusal(layout.root, 'can be written by other users (run "chmod go-w" on it)');

  for (const path of [layout.pki, layout.state, layout.pods, layout.logs]) {
    await ensureDirectory(path);
    if (((await trusted(path)).mode & 0o077) !== 0) await chmod(path, 0o700);
  }
  return layout;
}

/** What is at the path, if it is a directory of our own. */
async function trusted(path: string): Promise<Stats> {
  // A link to a directory is not one here.
  const stats = await lstat(path);
  if (!stats.isDirectory()) throw refusal(path, 'is not a directory (name the directory itself, not a link to it)');
  const foreign = foreignOwner(stats.uid, process.getuid?.());
  if (foreign !== undefined) throw refusal(path, foreign);
  return stats;
}

/** `uid`: ours, undefined on systems without. */
export const foreignOwner = (owner: number, uid: number | undefined): string | undefined =>
  uid === undefined || owner === uid
    ? undefined
    : `belongs to user ${owner}, and this is user ${uid} (use a directory of your own with --data-dir)`;

const refusal = (path: string, problem: string): KubeletteError =>
  new KubeletteError('Invalid', `data directory: ${path} ${problem}`);

/** What is there instead is told by the check that follows. */
async function ensureDirectory(path: string): Promise<void> {
  try {
    await makeDirectories(path, 0o700);
  } catch (error) {
    throw new KubeletteError('Unavailable', `data directory: make ${path}: ${errorMessage(error)}`, { cause: error });
  }
}
