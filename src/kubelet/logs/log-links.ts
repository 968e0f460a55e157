import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { PodIdentity } from '../../runtime/observed.js';
import { linkDirectory, linkPath, linkPrefix, linkTarget, podLogDirectory } from './log-paths.js';

/** Of a link that has not got its name yet. */
const TEMPORARY = '.tmp';

/** Makes or replaces the container's link to its log file, in one step. */
export async function writeLink(
  root: string,
  pod: PodIdentity,
  container: string,
  containerId: string,
  path: string,
): Promise<void> {
  const temporary = join(linkDirectory(root), `.${containerId}${TEMPORARY}`);
  await mkdir(linkDirectory(root), { recursive: true, mode: 0o755 });
  await rm(temporary, { force: true });
  await symlink(linkTarget(root, path), temporary);
  await rename(temporary, linkPath(root, pod, container, containerId));
}

/** Removes the link of one container; its target stays. */
export const removeLink = (root: string, pod: PodIdentity, container: string, containerId: string): Promise<void> =>
  rm(linkPath(root, pod, container, containerId), { force: true });

/** Removes all links into the pod's directory, also one that was being made when an agent died. */
export async function removeLinks(root: string, pod: PodIdentity): Promise<void> {
  const directory = linkDirectory(root);
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((other) => other.startsWith(linkPrefix(pod)) || other.endsWith(TEMPORARY))) {
    const target = await readlink(join(directory, name)).catch(() => undefined);
    if (target === undefined || !resolve(directory, target).startsWith(resolve(podLogDirectory(root, pod)) + sep))
      continue;
    await rm(join(directory, name), { force: true });
  }
}
