import { constants } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { extract, type Extract, type Header } from 'tar-stream';
import { errorMessage, KubeletteError } from '../../../lib/errors.js';
import { BYTES, toByteName, toPath, toText, type ByteName } from './byte-names.js';
import type { FilePlace, UnpackPlace } from './unpack-place.js';

/** Is told what is left out, and why. */
export type Skipped = (name: string, reason: string) => void;

/** An archive on its way to the disk. */
export interface Unpacking {
  /** Waits until there is room for more. @throws what keeps the disk from taking it */
  write(chunk: Buffer): Promise<void>;
  /** Waits until all is written. @throws also when it was no archive, or ended too early */
  end(): Promise<void>;
}

/** Only permissions: no set-user-ID and the like. */
const PERMISSIONS = 0o777;

/**
 * Writes an archive that somebody else made. Only regular files and folders are made, never links, and nothing outside
 * `place`. Source: what went wrong with kubectl cp: CVE-2019-1002101, CVE-2019-11246, CVE-2019-11249, CVE-2019-11251
 */
export function unpack(place: UnpackPlace, skipped: Skipped): Unpacking {
  // Its types do not know the option.
  const archive = extract({ filenameEncoding: BYTES } as Parameters<typeof extract>[0]);
  let failure: unknown;
  const done = unpackEntries(archive, place, skipped).catch((error: unknown) => {
    failure = error;
  });
  // What is no archive is no failure of the disk: it may be a message, and how the command ended says more.
  const isOfDisk = (): boolean =>
    failure instanceof KubeletteError || (failure !== undefined && isSystemError(failure));
  return {
    write: async (chunk) => {
      if (isOfDisk()) throw failure;
      if (failure === undefined && !archive.write(chunk))
        await Promise.race([done, new Promise<void>((resolve) => void archive.once('drain', () => resolve()))]);
    },
    end: async () => {
      if (failure === undefined) archive.end(undefined);
      await done;
      if (isOfDisk()) throw failure;
      if (failure !== undefined)
        throw new KubeletteError('Invalid', `what came is no whole archive: ${errorMessage(failure)}`, {
          cause: failure,
        });
    },
  };
}

async function unpackEntries(archive: Extract, place: UnpackPlace, tellSkipped: Skipped): Promise<void> {
  /** Where each file has gone, for hard links to it. */
  const files = new Map<ByteName, ByteName>();
  const skipped: Skipped = (name, reason) => tellSkipped(toText(name), reason);
  for await (const entry of archive) {
    const { mode, type } = entry.header;
    const { linkname, name } = namesOf(entry.header);
    if (type === 'directory') {
      if (!(await place.makeFolder(name, mode & PERMISSIONS))) skipped(name, 'a link is in its place');
    } else if (type === 'file' || type === 'contiguous-file' || type === 'link') {
      const file = await place.forFile(name);
      const original = type === 'link' ? files.get(linkname) : undefined;
      if (file === undefined) skipped(name, 'a link is in its place');
      else if (type !== 'link') await writeFile(file, entry as AsyncIterable<Buffer>, mode & PERMISSIONS);
      else if (original !== undefined) await copyFile(toPath(original), toPath(file.path));
      else skipped(name, 'it is a link');
      if (file !== undefined && type !== 'link') files.set(name, file.path);
    } else if (type === 'symlink') skipped(name, `it is a link to ${toText(linkname)}`);
    else skipped(name, `it is a ${type}`);
    // The rest of what was not read; without it the next one does not come.
    entry.resume();
  }
}

/**
 * The names of an entry. Those of a pax header have been read as text.
 * @throws KubeletteError `Invalid` when one was none, and is lost
 */
function namesOf({ linkname, name, pax }: Omit<Header, 'linkname'> & { readonly linkname: string | null }): {
  readonly name: ByteName;
  readonly linkname: ByteName;
} {
  // The names it has, where there is one.
  const texts = (pax ?? {}) as { readonly path?: string; readonly linkpath?: string };
  return {
    name: texts.path === undefined ? name : fromPax(texts.path),
    linkname: texts.linkpath === undefined ? (linkname ?? '') : fromPax(texts.linkpath),
  };
}

function fromPax(text: string): ByteName {
  if (!text.includes('\uFFFD')) return toByteName(text);
  throw new KubeletteError(
    'Invalid',
    `${JSON.stringify(text)} in the container is not valid UTF-8, and its tar writes such a name in a way that loses it here; use kubectl cp`,
  );
}

async function writeFile({ follow, path }: FilePlace, content: AsyncIterable<Buffer>, mode: number): Promise<void> {
  const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
  const file = await open(toPath(path), O_WRONLY | O_CREAT | O_TRUNC | (follow ? 0 : O_NOFOLLOW), mode);
  try {
    for await (const chunk of content) await file.writeFile(chunk);
  } finally {
    await file.close();
  }
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;
