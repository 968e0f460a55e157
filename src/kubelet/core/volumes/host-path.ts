import type { HostPathKind, HostPathRequest } from '../../../runtime/volumes.js';

/** Of each type: the kind it demands, what to make where nothing is, and what kubelets call it. */
const TYPES: Readonly<
  Record<string, { readonly kind: HostPathKind; readonly make: HostPathRequest['make']; readonly called: string }>
> = {
  Directory: { kind: 'directory', make: 'nothing', called: 'a directory' },
  DirectoryOrCreate: { kind: 'directory', make: 'directory', called: 'a directory' },
  File: { kind: 'file', make: 'nothing', called: 'a file' },
  FileOrCreate: { kind: 'file', make: 'file', called: 'a file' },
  Socket: { kind: 'socket', make: 'nothing', called: 'a socket file' },
  CharDevice: { kind: 'chardevice', make: 'nothing', called: 'a character device' },
  BlockDevice: { kind: 'blockdevice', make: 'nothing', called: 'a block device' },
};

/**
 * How to look at a hostPath before it is mounted; undefined when there is nothing to look for: without a type the engine
 * makes a missing directory by itself.
 *
 * @param needed it has to exist before the engine mounts it for a container
 */
export function hostPathRequest(path: string, type: string, needed: boolean): HostPathRequest | undefined {
  const wanted = TYPES[type];
  if (wanted !== undefined) return { path, make: wanted.make };
  return needed ? { path, make: 'directory' } : undefined;
}

/** What is wrong with what was found; undefined when it is as the type demands. Source: kubelet pkg/volume/hostpath */
export function hostPathProblem(path: string, type: string, found: HostPathKind): string | undefined {
  if (typeof found === 'object')
    return `hostPath type check failed: ${path} cannot be looked at (errno ${found.errno})`;
  const wanted = TYPES[type];
  if (wanted === undefined || found === wanted.kind) return undefined;
  return `hostPath type check failed: ${path} is not ${wanted.called}`;
}
