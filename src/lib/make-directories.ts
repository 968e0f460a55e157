import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory and what is missing above it; one that is there is left as it is. Node's own `recursive` never ends, and
 * cannot be interrupted, where a parent that is there answers ENOENT, as `/proc` does.
 *
 * @param mode of every directory that is made
 * @param encoding in which the path has the bytes of the names, which need not be text
 * @throws the system's error when one cannot be made; `EEXIST` is none
 */
export async function makeDirectories(path: string, mode: number, encoding: BufferEncoding = 'utf8'): Promise<void> {
  if ((await make(path, mode, encoding)) === 'made') return;
  await makeDirectories(dirname(path), mode, encoding);
  await mkdir(Buffer.from(path, encoding), { mode }).catch(unlessItIsThere);
}

async function make(path: string, mode: number, encoding: BufferEncoding): Promise<'made' | 'without parent'> {
  try {
    await mkdir(Buffer.from(path, encoding), { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path) return 'without parent';
    unlessItIsThere(error);
  }
  return 'made';
}

function unlessItIsThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}
