import { readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, KubeletteError } from '../../lib/errors.js';
import { makeDirectories } from '../../lib/make-directories.js';
import { KubeconfigDocument, SECTIONS } from './document.js';
import { withKubeconfigLocks } from './lock.js';

/** What both changes need. */
export interface KubeconfigChange {
  /** The user's files, first one first. */
  readonly files: readonly string[];
  /** The agent's own file: never changed, whatever the user's list says. */
  readonly source: string;
  readonly clock: Clock;
}

interface LoadedFile {
  readonly path: string;
  readonly exists: boolean;
  readonly document: KubeconfigDocument;
}

/**
 * Copies the agent's context into the user's files, by kubectl's rules: each part goes where its name is defined already,
 * else to the first file that exists, else to the last of the list. A namespace the user chose for the context stays.
 *
 * @returns the name of the context and the files that were written, none when all was there already
 * @throws NotFound without the agent's file; Invalid when a file is not a kubeconfig, which leaves all as they were
 */
export async function mergeKubeconfig(
  change: KubeconfigChange & { readonly switchContext: boolean },
  signal: AbortSignal,
): Promise<{ readonly context: string; readonly written: readonly string[] }> {
  const { context: name, parts } = await readSource(change.source);
  const written = await changing(change, signal, (files) => {
    // There is one: an empty list is refused.
    const target = (files.find(({ exists }) => exists) ?? files.at(-1)) as LoadedFile;
    for (const section of SECTIONS) {
      const { document } = files.find((file) => file.document.get(section, name) !== undefined) ?? target;
      const before = document.get(section, name);
      const value = section === 'contexts' && isRecord(before) ? { ...before, ...parts[section] } : parts[section];
      document.set(section, name, value);
    }
    if (!change.switchContext) return;
    // The first file with one decides, and it may come before the target.
    const { document } = files.find((file) => file.document.currentContext !== '') ?? target;
    if (document.currentContext !== name) document.currentContext = name;
  });
  return { context: name, written };
}

/** Takes the context of this name, its cluster and its user out of all files. @returns the files that had any of it */
export const removeFromKubeconfig = (
  change: KubeconfigChange,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> =>
  changing(change, signal, (files) => {
    for (const { document } of files) {
      for (const section of SECTIONS) document.remove(section, name);
      if (document.currentContext === name) document.currentContext = '';
    }
  });

/** Reads under locks, lets `edit` work on it, and writes what became different. */
async function changing(
  { files, source, clock }: KubeconfigChange,
  signal: AbortSignal,
  edit: (files: readonly LoadedFile[]) => void,
): Promise<readonly string[]> {
  const own = await resolved(source);
  const others: string[] = [];
  for (const path of files) if ((await resolved(path)) !== own) others.push(path);
  if (others.length === 0)
    throw new KubeletteError(
      'Invalid',
      `${source} is the agent's own file and in use already (name another with --kubeconfig)`,
    );

  return withKubeconfigLocks(others, clock, signal, async () => {
    const loaded = await Promise.all(others.map(load));
    const texts = loaded.map(({ document }) => document.toString());
    edit(loaded);
    const written: string[] = [];
    for (const [index, { path, document }] of loaded.entries()) {
      const text = document.toString();
      // Compared with what it would be without a change: that one's layout may differ from the file's.
      if (text === texts[index]) continue;
      await write(path, text);
      written.push(path);
    }
    return written;
  });
}

async function load(path: string): Promise<LoadedFile> {
  const text = await read(path);
  return { path, exists: text !== undefined, document: new KubeconfigDocument(path, text ?? '') };
}

async function readSource(path: string) {
  const text = await read(path);
  if (text === undefined)
    throw new KubeletteError(
      'NotFound',
      `no kubeconfig at ${path} (start "kubelette agent" with this --data-dir first)`,
    );
  const document = new KubeconfigDocument(path, text);
  const context = document.currentContext;
  const part = (section: (typeof SECTIONS)[number]): Record<string, unknown> => {
    const value = document.get(section, context);
    if (!isRecord(value)) throw new KubeletteError('Invalid', `${path}: no ${section} entry "${context}"`);
    return value;
  };
  return { context, parts: { clusters: part('clusters'), users: part('users'), contexts: part('contexts') } };
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KubeletteError('Unavailable', `read ${path}: ${errorMessage(error)}`, { cause: error });
  }
}

/** Through links, so that a kubeconfig kept elsewhere stays a link to it. */
async function write(path: string, text: string): Promise<void> {
  try {
    await makeDirectories(dirname(path), 0o700);
    await writeFileAtomic(path, text, { mode: 0o600 });
  } catch (error) {
    throw new KubeletteError('Unavailable', `write ${path}: ${errorMessage(error)}`, { cause: error });
  }
}

const resolved = (path: string): Promise<string> => realpath(path).catch(() => path);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
