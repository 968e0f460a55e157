import { constants } from 'node:fs';
import { lstat, open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, KubeletteError } from '../../lib/errors.js';

/** Larger files are refused unread. Source: kubelet pkg/kubelet/config/file.go */
export const MAX_MANIFEST_BYTES = 10 * 2 ** 20;

/** `*.yaml`, `*.yml`, `*.json`, not starting with a dot: no editor's temporary or backup file is one. */
export const isManifestName = (name: string): boolean => /^[^.].*\.(yaml|yml|json)$/s.test(name);

export type Root =
  | { readonly kind: 'directory'; readonly identity: string; readonly files: readonly string[] }
  | { readonly kind: 'file'; readonly identity: string; readonly files: readonly string[] }
  /** There is nothing of this name. */
  | { readonly kind: 'missing' }
  /** Not known what is there: not the same as nothing. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * The manifests of a directory, sorted by name, not of the directories in it; or the one that the path names, whatever
 * its name. Never throws.
 */
export async function listRoot(path: string): Promise<Root> {
  try {
    const stats = await stat(path);
    const identity = `${stats.dev}:${stats.ino}`;
    if (!stats.isDirectory()) return { kind: 'file', identity, files: [path] };
    const names = (await readdir(path)).filter(isManifestName).sort();
    return { kind: 'directory', identity, files: names.map((name) => join(path, name)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'missing' };
    return { kind: 'unreadable', reason: errorMessage(error) };
  }
}

export type FileState =
  /** `signature` changes with every change of the file; `changedMs`: epoch milliseconds of the last one. */
  | { readonly kind: 'regular'; readonly signature: string; readonly changedMs: number }
  | { readonly kind: 'missing' }
  /** There is something that is not read, and why. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What is at a path now, links followed. Looks, but opens nothing: opening a FIFO would wait for its writer. Never throws. */
export async function lookAt(path: string): Promise<FileState> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, ...stats } = await statBig(path);
    if (!stats.regular) return { kind: 'refused', reason: 'is not a regular file' };
    if (size > MAX_MANIFEST_BYTES) return { kind: 'refused', reason: `is larger than ${MAX_MANIFEST_BYTES} bytes` };
    const signature = [dev, ino, size, mtimeNs, ctimeNs].join(':');
    // The time of the last change, not of the last write: a file moved here brings its old write time along.
    return { kind: 'regular', signature, changedMs: Number(ctimeNs / 1_000_000n) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return { kind: 'refused', reason: errorMessage(error) };
    const dangling = await lstat(path).then(
      () => true,
      () => false,
    );
    return dangling ? { kind: 'refused', reason: 'is a link to nothing' } : { kind: 'missing' };
  }
}

/**
 * The text of a manifest. A byte order mark is dropped.
 *
 * @returns undefined when the file changed meanwhile: then it is not finished
 * @throws Invalid or Unavailable with the reason why it cannot be read, without the path
 */
export async function readManifest(path: string, signature: string): Promise<string | undefined> {
  // NONBLOCK: should a FIFO have taken the place of the file that was looked at.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw new KubeletteError('Unavailable', errorMessage(error), { cause: error });
  });
  let content: Buffer;
  try {
    content = await readAll(file);
  } catch (error) {
    throw new KubeletteError('Unavailable', errorMessage(error), { cause: error });
  } finally {
    await file.close();
  }
  const after = await lookAt(path);
  if (after.kind !== 'regular' || after.signature !== signature) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new KubeletteError('Invalid', 'is not UTF-8 text');
  }
}

/** As many bytes as the file had when it was opened, of a regular one; what grows meanwhile is noticed by its signature. */
async function readAll(file: FileHandle): Promise<Buffer> {
  const stats = await file.stat();
  const content = Buffer.alloc(stats.isFile() ? Math.min(stats.size, MAX_MANIFEST_BYTES) : 0);
  let length = 0;
  while (length < content.length) {
    const { bytesRead } = await file.read(content, length, content.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return content.subarray(0, length);
}

async function statBig(path: string): Promise<{
  dev: bigint;
  ino: bigint;
  size: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
  regular: boolean;
}> {
  const stats = await stat(path, { bigint: true });
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return { dev, ino, size, mtimeNs, ctimeNs, regular: stats.isFile() };
}
