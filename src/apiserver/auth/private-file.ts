import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { errorMessage, KubeletteError } from '../../lib/errors.js';

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
 * Puts a file in place that only its owner may read. It is so from its first byte on, under a new name that nobody else
 * can have made, and complete before it gets its own.
 *
 * @throws Unavailable when the file system refuses
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
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
