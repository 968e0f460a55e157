import { createHash } from 'node:crypto';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/schema/claim.js';
import type { Pod, Volume } from '../../api/schema/pod.js';
import { errorMessage, hasCode, KubeletteError } from '../../lib/errors.js';
import type { VolumeContents, VolumeService } from '../../runtime/volumes.js';
import type { Store } from '../../store/store.js';
import {
  claimedVolume,
  type ClaimedVolume,
  type ClaimedVolumes,
  type ClaimObjects,
} from '../core/volumes/claimed-volumes.js';
import { hostPathProblem, hostPathRequest } from '../core/volumes/host-path.js';
import { projectedFiles } from '../core/volumes/projected-files.js';
import {
  isProjected,
  mountedVolumes,
  partlyMountedVolumes,
  podVolumes,
  type PlannedVolume,
} from '../core/volumes/volume-plan.js';
import type { EventSink } from '../events/event-sink.js';
import { storedConfig } from '../stored-config.js';
import type { TokenManager } from './token-manager.js';

export interface VolumeManagerOptions {
  readonly volumes: VolumeService;
  readonly store: Store;
  readonly events: EventSink;
  readonly tokens: TokenManager;
  readonly allocatable: Readonly<Record<string, string>>;
}

/** What the agent has put into a pod's volumes: worth something only as long as the same sandbox holds them. */
interface Written {
  readonly sandboxInstance: string;
  /** SHA-256 of the contents, by volume. Only here: it tells whether somebody's guess of a secret is right. */
  readonly hashes: Map<string, string>;
}

/**
 * Brings volumes into the state pods want. It remembers nothing that matters: what was written before is found out again
 * by writing it, which changes nothing.
 * Source: kubelet pkg/kubelet/volumemanager
 */
export class VolumeManager {
  readonly #options: VolumeManagerOptions;
  readonly #written = new Map<string, Written>();

  constructor(options: VolumeManagerOptions) {
    this.#options = options;
  }

  /**
   * What has to be there before a sandbox is made. Everything that is missing is told as an event.
   *
   * @returns what the sandbox is to mount
   * @throws `Invalid` when something is missing: try again, at the latest when an object the pod refers to has changed
   */
  async prepare(pod: Pod, signal: AbortSignal): Promise<readonly PlannedVolume[]> {
    const { allocatable, volumes } = this.#options;
    const claimed = this.claimed(pod);
    const setUps = mountedVolumes(pod).filter(isProjected);
    await this.#each(pod, setUps, (volume) => void this.#contents(pod, volume));
    await this.#checkHostPaths(pod, claimed, signal);
    const planned = podVolumes(pod, { claimed, allocatable });
    await Promise.all(
      planned.map(async ({ engine }) => (engine === undefined ? undefined : volumes.ensure(engine, signal))),
    );
    return planned;
  }

  /**
   * Writes what the volumes made of objects are to hold by now, where it is not there yet. What a running sandbox has had
   * once, it keeps when something goes missing.
   *
   * @throws `Invalid` when something is missing that was never there: no container may start
   */
  async fill(
    pod: Pod,
    sandbox: { readonly id: string; readonly instance: string },
    signal: AbortSignal,
  ): Promise<void> {
    const projected = mountedVolumes(pod).filter(isProjected);
    if (projected.length === 0) return;
    const { hashes } = this.#writtenIn(pod.metadata.uid ?? '', sandbox.instance);
    await this.#each(
      pod,
      projected,
      async (volume) => {
        const contents = this.#contents(pod, volume);
        const hash = hashOf(contents);
        if (hashes.get(volume.name) === hash) return;
        await this.#options.volumes.write(sandbox.id, volume.name, contents, signal);
        hashes.set(volume.name, hash);
      },
      (volume) => hashes.has(volume.name),
    );
  }

  /** What the pod's claims give, all of them. @throws `Invalid` when one cannot be mounted (yet) */
  claimed(pod: Pod): ClaimedVolumes {
    const objects = storedClaims(this.#options.store, pod.metadata.namespace ?? 'default');
    const found = new Map<string, ClaimedVolume>();
    const problems = new Map<string, string>();
    const mounted = mountedVolumes(pod);
    for (const volume of mounted) {
      try {
        const claimed = claimedVolume(pod, volume, objects);
        if (claimed !== undefined) found.set(volume.name, claimed);
      } catch (error) {
        if (!hasCode(error, 'Invalid')) throw error;
        problems.set(volume.name, error.message);
      }
    }
    if (problems.size === 0) return found;
    const failed = [...problems.keys()].sort().join(' ');
    const text =
      `Unable to attach or mount volumes: unmounted volumes=[${failed}], unattached volumes=[], ` +
      `failed to process volumes=[${failed}]: ${[...problems.values()].join(', ')}`;
    this.#options.events.event(pod, 'Warning', 'FailedMount', text);
    throw new KubeletteError('Invalid', text);
  }

  forget(uid: string): void {
    this.#written.delete(uid);
    this.#options.tokens.forget(uid);
  }

  #writtenIn(uid: string, sandboxInstance: string): Written {
    const known = this.#written.get(uid);
    if (known?.sandboxInstance === sandboxInstance) return known;
    const written = { sandboxInstance, hashes: new Map<string, string>() };
    this.#written.set(uid, written);
    return written;
  }

  /** @throws `Invalid` when something is missing */
  #contents(pod: Pod, volume: Volume): VolumeContents {
    const { allocatable, store, tokens } = this.#options;
    const config = storedConfig(store, pod.metadata.namespace ?? 'default');
    return projectedFiles(volume, { pod, config, allocatable, token: (request) => tokens.tokenOf(pod, request) });
  }

  async #checkHostPaths(pod: Pod, claimed: ClaimedVolumes, signal: AbortSignal): Promise<void> {
    const parts = partlyMountedVolumes(pod);
    const asked = mountedVolumes(pod).flatMap((volume) => {
      const { name } = volume;
      const host = claimed.get(name);
      const [path, type = ''] =
        host?.type === 'host' ? [host.path, host.pathType] : [volume.hostPath?.path, volume.hostPath?.type];
      const request = path === undefined ? undefined : hostPathRequest(path, type, parts.has(name));
      return request === undefined ? [] : [{ volume, request, type }];
    });
    if (asked.length === 0) return;
    const found = await this.#options.volumes.examineHostPaths(
      asked.map(({ request }) => request),
      signal,
    );
    const problems = new Map(
      asked.map(({ request, type, volume }, index) => [
        volume.name,
        hostPathProblem(request.path, type, found[index] ?? 'missing'),
      ]),
    );
    const volumes = asked.map(({ volume }) => volume);
    await this.#each(pod, volumes, (volume) => {
      const problem = problems.get(volume.name);
      if (problem !== undefined) throw new KubeletteError('Invalid', problem);
    });
  }

  /** Sets up several volumes; whatever is missing becomes an event for each, and one error unless it can be passed over. */
  async #each(
    pod: Pod,
    volumes: readonly Volume[],
    setUp: (volume: Volume) => Promise<void> | void,
    isSetUp: (volume: Volume) => boolean = () => false,
  ): Promise<void> {
    const problems: string[] = [];
    await Promise.all(
      volumes.map(async (volume) => {
        try {
          await setUp(volume);
        } catch (error) {
          // Internal: the sandbox's program could not write, as in a full file system.
          if (!hasCode(error, 'Invalid') && !hasCode(error, 'Internal')) throw error;
          const text = `MountVolume.SetUp failed for volume "${volume.name}" : ${errorMessage(error)}`;
          this.#options.events.event(pod, 'Warning', 'FailedMount', text);
          if (!isSetUp(volume)) problems.push(text);
        }
      }),
    );
    if (problems.length > 0) throw new KubeletteError('Invalid', problems.join('; '));
  }
}

const storedClaims = (store: Store, namespace: string): ClaimObjects => ({
  claim: (name) => store.get<PersistentVolumeClaim>('PersistentVolumeClaim', `${namespace}/${name}`),
  volume: (name) => store.get<PersistentVolume>('PersistentVolume', name),
});

function hashOf({ directory, files }: VolumeContents): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(directory));
  for (const { content, ...file } of files) {
    hash.update(JSON.stringify([file, content.length]));
    hash.update(content);
  }
  return hash.digest('hex');
}
