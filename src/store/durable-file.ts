import { constants } from 'node:fs';
import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts new content in place of a file so that a crash leaves the old or the new one, complete: temporary file, fsync,
 * rename, fsync of the directory. The file that was there is kept as `<path>.previous`, as long as there is room for both.
 *
 * @returns the new file, open for appending
 */
export async function replaceFile(path: string, content: string): Promise<FileHandle> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(temporary, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await file.appendFile(content);
    await file.sync();
    await keepPrevious(path);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return file;
  } catch (error) {
    await file.close();
    await makeRoom(error, [temporary, `${path}.previous`]);
    throw error;
  }
}

/** On a full disk the new file is worth more than half of itself and the old one. */
async function makeRoom(error: unknown, paths: readonly string[]): Promise<void> {
  if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
  for (const path of paths) await rm(path, { force: true }).catch(() => undefined);
}

/** Makes names that were created, renamed or removed in a directory durable. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** A second name for the file, so that there is no moment without one. A courtesy: not every file system has links. */
async function keepPrevious(path: string): Promise<void> {
  const temporary = `${path}.previous.new`;
  try {
    await rm(temporary, { force: true });
    await link(path, temporary);
    await rename(temporary, `${path}.previous`);
    // Where it is the previous one already, a crash having come right after this, the rename has done nothing.
    await rm(temporary, { force: true });
  } catch {
    // Nothing to keep, or no links here.
  }
}
