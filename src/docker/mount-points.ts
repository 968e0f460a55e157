import type Docker from 'dockerode';
import type { Mount } from '../runtime/specs.js';
import { compareVersions } from './api-version.js';
import type { Engine } from './engine.js';

/** Engines mount parts of volumes since then (Docker 26); older ones would silently mount all of it. */
const SUBPATH_API_VERSION = '1.45';

/**
 * Parts of volumes as an engine that cannot mount them takes them: as paths of its host, below the place where it has the
 * volume. They have been resolved: nothing on the way is a link.
 */
export async function withMountPoints(
  engine: Engine,
  mounts: readonly Mount[],
  signal: AbortSignal,
): Promise<readonly Mount[]> {
  if (compareVersions(engine.facts.apiVersion, SUBPATH_API_VERSION) >= 0) return mounts;
  return Promise.all(
    mounts.map(async (mount): Promise<Mount> => {
      if (mount.type !== 'volume' || mount.subPath === undefined) return mount;
      const path = `/volumes/${encodeURIComponent(mount.volume)}`;
      const { Mountpoint } = await engine.call<Docker.VolumeInspectInfo>({ method: 'GET', path }, signal);
      const { readOnly, subPath, target } = mount;
      return {
        type: 'bind',
        source: Mountpoint,
        target,
        readOnly,
        createSource: false,
        propagation: 'rprivate',
        subPath,
      };
    }),
  );
}
