import type Docker from 'dockerode';
import { hasCode, KubeletteError } from '../lib/errors.js';
import type { EngineVolume, VolumeService } from '../runtime/runtime.js';
import type { DockerContext } from './context.js';
import { isOwnedBy, LABEL, ownedFilter, volumeLabels, type Labels } from './labels.js';

/** The pods' volumes: labelled named volumes of the engine. */
export class DockerVolumes implements VolumeService {
  readonly #context: DockerContext;

  constructor(context: DockerContext) {
    this.#context = context;
  }

  async ensure(volume: EngineVolume, signal: AbortSignal): Promise<void> {
    const { engine, ownership } = this.#context;
    // Creating what exists gives the existing one, with its old labels.
    const created = await engine.call<{ readonly Labels: Labels | null }>(
      {
        method: 'POST',
        path: '/volumes/create',
        body: {
          Name: volume.name,
          Driver: 'local',
          ...(volume.tmpfsBytes === undefined ? {} : { DriverOpts: tmpfsOptions(volume.tmpfsBytes) }),
          Labels: volumeLabels(volume.podUid, ownership),
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
    const answer = await engine.call<{ Volumes: readonly Docker.VolumeInspectInfo[] | null }>(
      { method: 'GET', path: '/volumes', query: { filters: { label: ownedFilter(ownership) } } },
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
}

/** Shared by all containers that mount it, and empty again when the last of them has stopped (engine facts I4). */
function tmpfsOptions(bytes: number): Record<string, string> {
  return { type: 'tmpfs', device: 'tmpfs', ...(bytes === 0 ? {} : { o: `size=${bytes}` }) };
}
