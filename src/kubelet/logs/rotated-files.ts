import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const COMPRESSED = '.gz';
const TEMPORARY = '.tmp';

/** An earlier life of a log file. */
export interface RotatedFile {
  readonly path: string;
  /** `YYYYMMDD-HHMMSS`; sorts in order of rotation. */
  readonly stamp: string;
  readonly compressed: boolean;
}

/** The rotated files of this log, oldest first. A file that also exists compressed is listed once, uncompressed. */
export async function listRotated(path: string): Promise<readonly RotatedFile[]> {
  const byStamp = new Map<string, RotatedFile>();
  for (const name of await siblings(path)) {
    const match = /^\.(\d{8}-\d{6})(\.gz)?$/.exec(name.slice(basename(path).length));
    if (match?.[1] === undefined) continue;
    const file = { path: join(dirname(path), name), stamp: match[1], compressed: match[2] !== undefined };
    if (!file.compressed || !byStamp.has(file.stamp)) byStamp.set(file.stamp, file);
  }
  return [...byStamp.values()].sort((a, b) => (a.stamp < b.stamp ? -1 : 1));
}

/**
 * The stamp for a rotation now: local time as the kubelet writes it, but always later than `newest`, so that two
 * rotations in one second, a clock set back or the end of summer time neither collide nor change the order.
 */
export function nextStamp(nowMs: number, newest: string | undefined): string {
  const now = new Date(nowMs);
  const local = formatStamp(new Date(nowMs - now.getTimezoneOffset() * 60_000));
  if (newest === undefined || local > newest) return local;
  // As if it were UTC: only the order of the digits matters.
  const iso = newest.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z');
  return formatStamp(new Date(Date.parse(iso) + 1000));
}

const formatStamp = (time: Date): string => time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');

/** Deletes the oldest rotated files until at most `keep` are left. */
export async function pruneRotated(path: string, keep: number): Promise<void> {
  const rotated = await listRotated(path);
  for (const file of rotated.slice(0, Math.max(0, rotated.length - keep))) {
    await rm(file.path, { force: true });
    if (!file.compressed) await rm(file.path + COMPRESSED, { force: true });
  }
}

/**
 * Compresses every rotated file but the newest and clears what an interrupted compression left behind.
 * At any moment each file exists under one of its two names, complete.
 */
export async function compressRotated(path: string, signal: AbortSignal): Promise<void> {
  for (const name of await siblings(path)) {
    if (name.endsWith(TEMPORARY)) await rm(join(dirname(path), name), { force: true });
  }
  const rotated = await listRotated(path);
  for (const file of rotated.slice(0, -1)) {
    signal.throwIfAborted();
    if (!file.compressed) await compress(file.path, signal);
  }
}

/** One file, which may have gone. @throws the signal's reason, and what the disk says */
export async function compress(path: string, signal: AbortSignal): Promise<void> {
  const target = path + COMPRESSED;
  const temporary = target + TEMPORARY;
  const output = createWriteStream(temporary, { mode: 0o640 });
  const closed = new Promise<void>((resolve) => output.once('close', () => resolve()));
  try {
    await pipeline(createReadStream(path), createGzip(), output, { signal });
    await rename(temporary, target);
  } catch (error) {
    // It may only be about to be made.
    await closed;
    await rm(temporary, { force: true });
    if (isMissing(error)) return;
    throw error;
  }
  try {
    await unlink(path);
  } catch (error) {
    // Pruned by a rotation meanwhile: then neither name shall stay.
    await rm(target, { force: true });
    if (!isMissing(error)) throw error;
  }
}

/** Names in the log's directory that start with its name and a dot. */
async function siblings(path: string): Promise<readonly string[]> {
  const prefix = `${basename(path)}.`;
  try {
    return (await readdir(dirname(path))).filter((name) => name.startsWith(prefix));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
