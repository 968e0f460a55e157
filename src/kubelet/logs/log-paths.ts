import { join, relative } from 'node:path';
import { KubeletteError } from '../../lib/errors.js';
import type { PodIdentity } from '../../runtime/observed.js';
import type { LogReference } from './log-store.js';

/** What ext4, xfs, APFS and most others take. */
const MAX_NAME_BYTES = 255;
const LINK_SUFFIX = '.log';

/**
 * `<root>/pods/<namespace>_<pod>_<uid>`, as on a Kubernetes node. Where that name is too long for a file system, the
 * pod's name is cut; the uid keeps it unique.
 */
export function podLogDirectory(root: string, pod: PodIdentity): string {
  const rest = `${pod.namespace}__${pod.uid}`.length;
  const name = pod.name.slice(0, Math.max(0, MAX_NAME_BYTES - rest));
  return join(root, 'pods', checked(`${pod.namespace}_${name}_${pod.uid}`));
}

/** @throws `Invalid` for a name that is not one path component */
export const containerLogDirectory = (root: string, pod: PodIdentity, container: string): string =>
  join(podLogDirectory(root, pod), checked(container));

/** The current file of one container instance; rotated ones are `<this>.<YYYYMMDD-HHMMSS>[.gz]`. */
export const logPath = (root: string, { pod, container, attempt }: LogReference): string =>
  join(containerLogDirectory(root, pod, container), `${attempt}.log`);

export const linkDirectory = (root: string): string => join(root, 'containers');

/** Every link of the pod begins so (cut like the links are). */
export const linkPrefix = (pod: PodIdentity): string =>
  `${pod.name}_${pod.namespace}_`.slice(0, MAX_NAME_BYTES - LINK_SUFFIX.length);

/** `<root>/containers/<pod>_<namespace>_<container>-<id>.log`, cut like the kubelet does when it is too long. */
export function linkPath(root: string, pod: PodIdentity, container: string, containerId: string): string {
  const name = `${pod.name}_${pod.namespace}_${container}-${containerId}`;
  return join(linkDirectory(root), checked(name.slice(0, MAX_NAME_BYTES - LINK_SUFFIX.length)) + LINK_SUFFIX);
}

/** What the link holds: relative, so that the tree may be mounted or copied elsewhere. */
export const linkTarget = (root: string, path: string): string => relative(linkDirectory(root), path);

/** Names were validated long before; a path is still never built from one that leaves its directory. */
function checked(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name))
    throw new KubeletteError('Invalid', `log path: ${JSON.stringify(name)} is not a file name`);
  return name;
}
