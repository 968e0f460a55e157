import { Wake } from '../../lib/wake.js';

/** How many rotations are remembered: more than files are ever kept. */
const REMEMBERED_ROTATIONS = 64;

/**
 * What the writer of one log file tells its readers within this process. A generation is one life of the file under
 * its current name; it ends when the file is renamed.
 */
export class LogChannel {
  /** Pumps at work: while there is one, the file may still grow. */
  pumps = 0;
  /** The files were removed: nothing more will come. */
  removed = false;
  #generation = 0;
  readonly #rotatedPaths = new Map<number, string>();
  readonly #followers = new Set<Wake>();

  get generation(): number {
    return this.#generation;
  }

  /** Nobody writes or follows: the store may forget this channel. */
  get idle(): boolean {
    return this.pumps === 0 && this.#followers.size === 0;
  }

  /** Wakes every follower. */
  notify(): void {
    for (const wake of this.#followers) wake.set();
  }

  /** To be called after the rename and before the next file is created, so that readers cannot mistake the two. */
  rotated(path: string): void {
    this.#rotatedPaths.set(this.#generation, path);
    this.#rotatedPaths.delete(this.#generation - REMEMBERED_ROTATIONS);
    this.#generation += 1;
    this.notify();
  }

  /** Where an earlier generation went; `.gz` may have been added since, or the file deleted. */
  rotatedPath(generation: number): string | undefined {
    return this.#rotatedPaths.get(generation);
  }

  subscribe(): Wake {
    const wake = new Wake();
    this.#followers.add(wake);
    return wake;
  }

  unsubscribe(wake: Wake): void {
    this.#followers.delete(wake);
  }
}
