import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
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
    return new Map(times);
  }

  async begin(podUid: string, containerId: string, at: number): Promise<void> {
    await mkdir(this.#directory(podUid), { recursive: true, mode: 0o700 });
    await writePrivateFile(path.join(this.#directory(podUid), containerId), String(at));
  }

  async forget(podUid: string, containerId: string): Promise<void> {
    await rm(path.join(this.#directory(podUid), containerId), { force: true });
  }

  #directory(podUid: string): string {
    return path.join(this.#root, podUid, 'pre-stop');
  }
}

/** Not one that was being written when the agent died. */
const isWhole = (name: string): boolean => !name.includes('.');
