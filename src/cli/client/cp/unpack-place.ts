import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KubeletteError } from '../../../lib/errors.js';
import { makeDirectories } from '../../../lib/make-directories.js';
import { BYTES, toByteName, toPath, toText, type ByteName } from './byte-names.js';

/** Where a file goes. */
export interface FilePlace {
  readonly path: ByteName;
  /** The user named it, so it may be a link, and that to a pipe. */
  readonly follow: boolean;
}

/**
 * Where the entries of an archive go: the one at its top to `destination`, the others below it. A name that leads
 * elsewhere is refused, and a link that is there already is not followed, but for `destination` itself, which the user named.
 */
export class UnpackPlace {
  readonly #destination: ByteName;
  readonly #top: ByteName;
  /** Folders known to be no links. */
  readonly #folders = new Set<ByteName>();
  #root: ByteName | undefined;

  /** @param top the only name at the top of the archive; '' when there are several */
  constructor(destination: string, top: string) {
    this.#destination = toByteName(destination);
    this.#top = toByteName(top);
  }

  /** Makes the folder of an entry. @returns false when a link is in the way */
  async makeFolder(name: ByteName, mode: number): Promise<boolean> {
    const below = this.#below(name);
    const root = await this.#rootFolder();
    return this.#enter(root, below, mode);
  }

  /** The place of a file, in a folder that is there; undefined when a link is in the way. */
  async forFile(name: ByteName): Promise<FilePlace | undefined> {
    const below = this.#below(name);
    const last = below.at(-1);
    if (last === undefined) return this.#onlyFile();
    const root = await this.#rootFolder();
    if (!(await this.#enter(root, below.slice(0, -1), 0o755))) return undefined;
    const path = join(root, ...below);
    return (await isLink(path)) ? undefined : { path, follow: false };
  }

  /** A single file may get a name of its own, or go into a folder. */
  async #onlyFile(): Promise<FilePlace> {
    const target = this.#destination;
    const isFolder = await stat(toPath(target)).then(
      (stats) => stats.isDirectory(),
      () => target.endsWith('/'),
    );
    const path = isFolder ? join(target, this.#top) : target;
    await makeDirectories(dirname(path), 0o777, BYTES);
    return { path, follow: true };
  }

  async #rootFolder(): Promise<ByteName> {
    if (this.#root !== undefined) return this.#root;
    await makeDirectories(this.#destination, 0o777, BYTES);
    return (this.#root = await realpath(toPath(this.#destination), BYTES));
  }

  /** Makes folders one below the other. @returns false when one of them is a link */
  async #enter(root: ByteName, names: readonly ByteName[], mode: number): Promise<boolean> {
    let path = root;
    for (const name of names) {
      path = join(path, name);
      if (this.#folders.has(path)) continue;
      if (await isLink(path)) return false;
      // Whatever its mode, files are to be put into it.
      await makeDirectories(path, mode | 0o700, BYTES);
      this.#folders.add(path);
    }
    return true;
  }

  /** The parts of a name below the top. @throws KubeletteError `Invalid` when it leads out */
  #below(name: ByteName): readonly ByteName[] {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    const inside = this.#top === '' ? parts : parts.slice(1);
    if (parts.includes('..') || (this.#top !== '' && parts[0] !== this.#top))
      throw new KubeletteError(
        'Invalid',
        `the archive has something that was not asked for: ${JSON.stringify(toText(name))}`,
      );
    return inside;
  }
}

const isLink = (path: ByteName): Promise<boolean> =>
  lstat(toPath(path)).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
