import { statfs } from 'node:fs/promises';
import type { HostImage, HostInfo, HostService } from '../runtime/host.js';
import type { Engine } from './engine.js';

/** Answer of `GET /info`, as far as it is used. Old and odd engines leave fields out. */
export interface HostAnswer {
  readonly ID?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly KernelVersion?: string;
  readonly OperatingSystem?: string;
  readonly OSType?: string;
  readonly DockerRootDir?: string;
}

/** An entry of `GET /images/json`. */
export interface ImageAnswer {
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Size: number;
}

/** What the engine says about the machine it runs on. */
export class DockerHost implements HostService {
  readonly #engine: Engine;
  readonly #directories: (rootDir: string, signal: AbortSignal) => Promise<readonly string[]>;

  /**
   * @param directories of the agent that are on the engine's file system, best first; none when it is another machine's.
   *   Given the engine's data directory.
   */
  constructor(engine: Engine, directories: (rootDir: string, signal: AbortSignal) => Promise<readonly string[]>) {
    this.#engine = engine;
    this.#directories = directories;
  }

  async info(signal: AbortSignal): Promise<HostInfo> {
    const answer = await this.#engine.call<HostAnswer>({ method: 'GET', path: '/info' }, signal);
    const disk = await diskSpace(await this.#directories(answer.DockerRootDir ?? '', signal));
    return { ...toHostInfo(answer, this.#engine.facts), ...(disk === undefined ? {} : { disk }) };
  }

  async images(signal: AbortSignal): Promise<readonly HostImage[]> {
    const answer = await this.#engine.call<readonly ImageAnswer[]>({ method: 'GET', path: '/images/json' }, signal);
    return answer.map(toHostImage).filter(({ names }) => names.length > 0);
  }
}

/** Pure. */
export function toHostInfo(
  answer: HostAnswer,
  facts: { readonly version: string; readonly architecture: string },
): HostInfo {
  return {
    engineVersion: facts.version,
    engineId: answer.ID ?? '',
    kernelVersion: answer.KernelVersion ?? '',
    osImage: answer.OperatingSystem ?? '',
    os: answer.OSType ?? 'linux',
    architecture: facts.architecture,
    cpus: answer.NCPU ?? 0,
    memoryBytes: answer.MemTotal ?? 0,
  };
}

/** `<none>` stands for a name that an image does not have. */
export const named = (names: readonly string[] | null | undefined): readonly string[] =>
  (names ?? []).filter((name) => !name.includes('<none>'));

/** Pure. */
export const toHostImage = ({ RepoDigests, RepoTags, Size }: ImageAnswer): HostImage => ({
  names: [...named(RepoDigests), ...named(RepoTags)],
  sizeBytes: Size,
});

/** Of the first directory that is there. */
async function diskSpace(directories: readonly string[]): Promise<HostInfo['disk']> {
  for (const directory of directories) {
    try {
      const { bavail, blocks, bsize } = await statfs(directory);
      return { capacityBytes: blocks * bsize, availableBytes: bavail * bsize };
    } catch {
      // An engine's own directory need not be visible to the agent.
    }
  }
  return undefined;
}
