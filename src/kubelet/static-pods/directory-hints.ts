import { basename, resolve } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import type { Logger } from '../../lib/logger.js';
import { isManifestName } from './manifest-files.js';

/**
 * Says when looking again may be worth while. A hint may be missing (network file systems, no inotify watches left, a
 * directory that came back), so whoever uses it also looks from time to time.
 */
export class DirectoryHints {
  readonly #paths: readonly string[];
  readonly #onHint: () => void;
  readonly #logger: Logger;
  #watcher: FSWatcher | undefined;
  #identity = '';
  #broken = false;

  constructor(paths: readonly string[], onHint: () => void, logger: Logger) {
    this.#paths = paths;
    this.#onHint = onHint;
    this.#logger = logger;
  }

  /** False when the system refused to watch: look more often. */
  get working(): boolean {
    return !this.#broken;
  }

  /** Watches anew when `identity` says that other files or directories have the paths now. */
  async follow(identity: string): Promise<void> {
    if (identity === this.#identity) return;
    this.#identity = identity;
    await this.close();
    this.#broken = false;
    const roots = new Set(this.#paths.map((path) => resolve(path)));
    this.#watcher = watch([...this.#paths], {
      depth: 0,
      ignoreInitial: true,
      ignored: (path) => !roots.has(resolve(path)) && !isManifestName(basename(path)),
    });
    this.#watcher.on('all', this.#onHint);
    // What happened before it was ready is not told.
    this.#watcher.on('ready', this.#onHint);
    this.#watcher.on('error', (error) => {
      if (!this.#broken)
        this.#logger.warn({ paths: this.#paths, err: error }, 'cannot watch manifests, polling instead');
      this.#broken = true;
    });
  }

  async close(): Promise<void> {
    await this.#watcher?.close();
    this.#watcher = undefined;
  }
}
