import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { errorMessage, KubeletteError } from './errors.js';

/**
 * The text of a file of ours; undefined when there is none. Closed to others if it was not.
 *
 * @throws Unavailable when it cannot be read, also because it is a link
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      if (((await file.stat()).mode & 0o077) !== 0) await file.chmod(0o600);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KubeletteError('Unavailable', `read ${path}: ${errorMessage(error)}`, { cause: error });
  }
}

/**
 * Puts a file in place that only its owner may read. It is so from its first byte on, and complete before it gets its name.
 * What a crash leaves behind is `<path>.new`, which the next writer takes away; there may be one writer at a time.
 *
 * @throws Unavailable when the file system refuses
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    await rm(temporary, { force: true });
    const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new KubeletteError('Unavailable', `write ${path}: ${errorMessage(error)}`, { cause: error });
  }
}
