import type { Problem } from '../../api/problem.js';
import { listRoot } from './manifest-files.js';
import type { ManifestFile } from './manifest-file.js';
import { wholeFile } from './pod-source.js';

/** A directory of manifests, or a single one: which files there are, as far as is known. */
export class ManifestRoot {
  readonly path: string;
  readonly #newFile: (path: string) => ManifestFile;
  readonly #files = new Map<string, ManifestFile>();
  #kind: 'directory' | 'file' | undefined;
  #identity = '';
  #problem: string | undefined;

  constructor(path: string, newFile: (path: string) => ManifestFile) {
    this.path = path;
    this.#newFile = newFile;
  }

  /** In the order of their names. */
  get files(): readonly ManifestFile[] {
    return [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Another one when something else has taken its place, so that it has to be watched anew. */
  get identity(): string {
    return this.#identity;
  }

  get problems(): readonly Problem[] {
    return this.#problem === undefined ? [] : [wholeFile(this.path, this.#problem)];
  }

  /** True until it could be listed once. */
  get unknown(): boolean {
    return this.#kind === undefined;
  }

  /**
   * Looks again. What cannot be listed keeps the files it had: not readable is not empty, and a directory that is away may
   * be a disk that is not mounted. Only a single file may go by itself.
   *
   * @returns whether something is not settled yet
   */
  async look(trustAge: boolean): Promise<boolean> {
    const listing = await listRoot(this.path);
    if (listing.kind === 'missing' || listing.kind === 'unreadable') {
      this.#identity = '';
      this.#problem = listing.kind === 'missing' ? 'no such file or directory' : `cannot be read: ${listing.reason}`;
      if (listing.kind === 'unreadable' || this.#kind !== 'file') return false;
    } else {
      this.#problem = undefined;
      this.#kind = listing.kind;
      this.#identity = listing.identity;
      for (const path of listing.files) if (!this.#files.has(path)) this.#files.set(path, this.#newFile(path));
    }

    let unsettled = false;
    for (const file of this.files) {
      const look = await file.look(trustAge);
      if (look === 'gone') this.#files.delete(file.path);
      if (look === 'unsettled') unsettled = true;
    }
    return unsettled;
  }
}
