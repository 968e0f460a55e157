import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { isDiskTrouble } from '../../lib/disk-trouble.js';
import { writePrivateFile } from '../../lib/private-file.js';

/**
 * Which preStop hooks were begun: one that was is never begun again, whatever became of the agent meanwhile. What is known
 * of a pod goes with its directory.
 */
export interface PreStopRecords {
  /** Epoch milliseconds on the engine's clock, by container id. */
  of(podUid: string): Promise<ReadonlyMap<string, number>>;
  /** To be called before the hook is run. */
  begin(podUid: string, containerId: string, at: number): Promise<void>;
  forget(podUid: string, containerId: string): Promise<void>;
}

/** One small file for each container, in the pod's directory. */
export class FilePreStopRecords implements PreStopRecords {
  readonly #root: string;
  /** What a full disk would not take: nobody may be kept from stopping for it. By pod. */
  readonly #unwritten = new Map<string, Map<string, number>>();

  /** @param root the data directory's `pods` folder */
  constructor(root: string) {
    this.#root = root;
  }

  async of(podUid: string): Promise<ReadonlyMap<string, number>> {
    const directory = this.#directory(podUid);
    const names = await readdir(directory).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    const times = await Promise.all(
      names
        .filter(isWhole)
        .map(async (name) => [name, Number(await readFile(path.join(directory, name), 'utf8'))] as const),
    );
    return new Map([...times, ...(this.#unwritten.get(podUid) ?? [])]);
  }

  async begin(podUid: string, containerId: string, at: number): Promise<void> {
    try {
      await mkdir(this.#directory(podUid), { recursive: true, mode: 0o700 });
      await writePrivateFile(path.join(this.#directory(podUid), containerId), String(at));
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      this.#unwritten.set(podUid, new Map([...(this.#unwritten.get(podUid) ?? []), [containerId, at]]));
    }
  }

  async forget(podUid: string, containerId: string): Promise<void> {
    const unwritten = this.#unwritten.get(podUid);
    unwritten?.delete(containerId);
    if (unwritten?.size === 0) this.#unwritten.delete(podUid);
    await rm(path.join(this.#directory(podUid), containerId), { force: true });
  }

  #directory(podUid: string): string {
    return path.join(this.#root, podUid, 'pre-stop');
  }
}

/** Not one that was being written when the agent died. */
const isWhole = (name: string): boolean => !name.includes('.');
