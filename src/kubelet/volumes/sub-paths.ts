import { errorMessage, hasCode, KubeletteError } from '../../lib/errors.js';
import type { Mount } from '../../runtime/specs.js';
import type { VolumeService } from '../../runtime/volumes.js';

/**
 * Mounts of parts of volumes with the paths that these lead to, made where they are missing. At every start of a container
 * anew: what is there may have changed. Parts of images are the engine's business.
 *
 * @throws KubeletteError `Invalid` when a path leads out of its volume; like the kubelet's it does not say where to
 */
export async function resolveSubPaths(
  volumes: Pick<VolumeService, 'resolveSubPath'>,
  container: { readonly name: string; readonly sandboxId: string },
  mounts: readonly Mount[],
  signal: AbortSignal,
): Promise<readonly Mount[]> {
  return Promise.all(
    mounts.map(async (mount): Promise<Mount> => {
      const { subPath } = mount;
      if (subPath === undefined || mount.type === 'image') return mount;
      try {
        const path = await volumes.resolveSubPath(container.sandboxId, subPath.name, subPath.path, signal);
        return { ...mount, subPath: { ...subPath, path } };
      } catch (error) {
        if (!hasCode(error, 'Invalid')) throw error;
        const text = `failed to prepare subPath for volumeMount "${subPath.name}" of container "${container.name}"`;
        throw new KubeletteError('Invalid', text, { cause: error, details: { why: errorMessage(error) } });
      }
    }),
  );
}
