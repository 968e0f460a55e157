import type Docker from 'dockerode';
import { hasCode, KubeletteError } from '../lib/errors.js';
import type { EngineVolume, HostPathKind, HostPathRequest, VolumeContents, VolumeService } from '../runtime/volumes.js';
import { compareVersions } from './api-version.js';
import type { DockerContext } from './context.js';
import { examineHostPaths } from './host-paths.js';
import { claimLabels, isOwnedBy, LABEL, ownedFilter, volumeLabels, type Labels } from './labels.js';
import { IMAGE_MOUNT_API_VERSION } from './mounts.js';
import { sandboxVolumePath } from './names.js';
import { runTool, runToolWell } from './sandbox-tool.js';
import { volumeArchive } from './volume-archive.js';
import { volumeStamp } from './volume-stamp.js';

/** The volumes of pods and claims: labelled named volumes of the engine. */
export class DockerVolumes implements VolumeService {
  readonly canMountImages: boolean;
  readonly #context: DockerContext;

  constructor(context: DockerContext) {
    this.#context = context;
    this.canMountImages = compareVersions(context.engine.facts.apiVersion, IMAGE_MOUNT_API_VERSION) >= 0;
  }

  async ensure(volume: EngineVolume, signal: AbortSignal): Promise<void> {
    const { engine, ownership } = this.#context;
    const tmpfsBytes = 'claim' in volume ? undefined : volume.tmpfsBytes;
    // Creating what exists gives the existing one, with its old labels.
    const created = await engine.call<{ readonly Labels: Labels | null }>(
      {
        method: 'POST',
        path: '/volumes/create',
        body: {
          Name: volume.name,
          Driver: 'local',
          ...(tmpfsBytes === undefined ? {} : { DriverOpts: tmpfsOptions(tmpfsBytes) }),
          Labels: 'claim' in volume ? claimLabels(volume.claim, ownership) : volumeLabels(volume.podUid, ownership),
        },
      },
      signal,
    );
    if (!isOwnedBy(created.Labels ?? {}, ownership)) {
      throw new KubeletteError('Conflict', `volume "${volume.name}" exists on the engine and is not ours`);
    }
  }

  async list(signal: AbortSignal): Promise<readonly { name: string; podUid: string }[]> {
    const { engine, ownership } = this.#context;
    const label = ownedFilter(ownership, { [LABEL.role]: 'volume' });
    const answer = await engine.call<{ Volumes: readonly Docker.VolumeInspectInfo[] | null }>(
      { method: 'GET', path: '/volumes', query: { filters: { label } } },
      signal,
    );
    return (answer.Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, podUid: Labels[LABEL.podUid] ?? '' }));
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    const { engine } = this.#context;
    try {
      await engine.call({ method: 'DELETE', path: `/volumes/${encodeURIComponent(name)}` }, signal);
    } catch (error) {
      if (!hasCode(error, 'NotFound')) throw error;
    }
  }

  async write(sandboxId: string, volume: string, contents: VolumeContents, signal: AbortSignal): Promise<void> {
    const { engine } = this.#context;
    const args = ['unpack', sandboxVolumePath(volume), volumeStamp(engine.clock.now(), Math.random())];
    await runToolWell(engine, sandboxId, args, await volumeArchive(contents), signal);
  }

  async resolveSubPath(sandboxId: string, volume: string, path: string, signal: AbortSignal): Promise<string> {
    const { engine } = this.#context;
    const args = ['subpath', sandboxVolumePath(volume), path];
    const { exitCode, problem, stdout } = await runTool(engine, sandboxId, args, undefined, signal);
    if (exitCode === 0) return stdout.replace(/\n$/, '');
    throw new KubeletteError('Invalid', problem);
  }

  async usage(sandboxId: string, volumes: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    const args = ['usage', ...volumes.map(sandboxVolumePath)];
    const text = await runToolWell(this.#context.engine, sandboxId, args, undefined, signal);
    return text.trim().split('\n').map(Number);
  }

  async examineHostPaths(paths: readonly HostPathRequest[], signal: AbortSignal): Promise<readonly HostPathKind[]> {
    return examineHostPaths(this.#context, paths, signal);
  }
}

/** Shared by all containers that mount it, and empty again when the last of them has stopped (engine facts I4). */
function tmpfsOptions(bytes: number): Record<string, string> {
  return { type: 'tmpfs', device: 'tmpfs', ...(bytes === 0 ? {} : { o: `size=${bytes}` }) };
}
