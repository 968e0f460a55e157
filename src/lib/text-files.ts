import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { KubeletteError } from './errors.js';

/** A file's name, as messages show it, and all of its text. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads files and folders. Of a folder: the files in it (not below) with one of `extensions` whose names do not start
 * with a dot, in the order of their names. `-` is `stdin`, where that is given.
 * @throws KubeletteError `NotFound` when a path does not exist, `Invalid` when a folder has no such file, or a file
 * is too large or no UTF-8 text
 */
export async function readTextFiles(
  paths: readonly string[],
  extensions: readonly string[],
  stdin?: NodeJS.ReadableStream,
): Promise<readonly TextFile[]> {
  const files: TextFile[] = [];
  for (const path of paths) {
    if (path === '-' && stdin !== undefined) files.push({ name: '-', text: await text(stdin) });
    else for (const name of await expandPath(path, extensions)) files.push({ name, text: await readText(name) });
  }
  return files;
}

async function expandPath(path: string, extensions: readonly string[]): Promise<readonly string[]> {
  const kind = await orNotFound(path, stat(path));
  if (!kind.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => !name.startsWith('.') && extensions.includes(extname(name)));
  if (names.length === 0)
    throw new KubeletteError('Invalid', `${path}: no ${extensions.join(', ')} file in this folder`);
  return names.sort().map((name) => join(path, name));
}

/** A manifest that is larger would be refused unread, and a device would never end. */
const MAX_BYTES = 10 * 2 ** 20;

async function readText(path: string): Promise<string> {
  const { size } = await orNotFound(path, stat(path));
  if (size > MAX_BYTES) throw new KubeletteError('Invalid', `${path}: is larger than ${MAX_BYTES} bytes`);
  const bytes = await orNotFound(path, readFile(path));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new KubeletteError('Invalid', `${path}: is not UTF-8 text`, { cause: error });
  }
}

async function orNotFound<T>(path: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new KubeletteError('NotFound', `${path}: no such file or folder`, { cause: error });
    throw error;
  }
}
