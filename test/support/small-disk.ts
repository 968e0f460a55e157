import { execFile } from 'node:child_process';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const isFull = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOSPC';

/** A small file system in memory, mounted at a directory, to be filled up. Needs root. */
export class SmallDisk {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static async mount(path: string, megabytes: number): Promise<SmallDisk> {
    await mkdir(path, { recursive: true });
    const options = `size=${String(megabytes)}m,nr_inodes=${String(megabytes * 200)},mode=700`;
    await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
    return new SmallDisk(path);
  }

  /** Takes all of its room, to the last byte, but for so many, and the last name. */
  async fill(leaveBytes = 0): Promise<void> {
    await mkdir(this.#filler, { recursive: true });
    const bytes = await open(join(this.#filler, 'bytes'), 'a');
    try {
      for (const size of [2 ** 20, 2 ** 12]) {
        const chunk = Buffer.alloc(size);
        for (let full = false; !full;) full = await bytes.write(chunk).then(({ bytesWritten }) => bytesWritten < size, isFullOrThrow); // prettier-ignore
      }
      if (leaveBytes > 0) await bytes.truncate((await bytes.stat()).size - leaveBytes);
    } finally {
      await bytes.close();
    }
    for (let name = 0, full = false; !full; name += 1) {
      full = await writeFile(join(this.#filler, String(name)), '').then(() => false, isFullOrThrow);
    }
  }

  /** Gives it back. */
  async free(): Promise<void> {
    await rm(this.#filler, { recursive: true, force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', ['--lazy', this.#path]);
  }

  get #filler(): string {
    return join(this.#path, 'filler');
  }
}

function isFullOrThrow(error: unknown): true {
  if (!isFull(error)) throw error;
  return true;
}
