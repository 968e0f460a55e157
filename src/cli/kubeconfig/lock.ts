import { open, rm } from 'node:fs/promises';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, KubeletteError } from '../../lib/errors.js';

const PATIENCE_MS = 5_000;
const RETRY_MS = 50;

/**
 * Runs `change` while holding the locks that kubectl takes too: `<file>.lock`, made exclusively, in the order of names.
 * A file whose directory cannot be written to, or is not there yet, needs none: nobody is changing it.
 *
 * @throws Conflict when another program keeps a lock; it may be one that was killed
 */
export async function withKubeconfigLocks<T>(
  paths: readonly string[],
  clock: Clock,
  signal: AbortSignal,
  change: () => Promise<T>,
): Promise<T> {
  const held: string[] = [];
  try {
    for (const path of [...paths].sort()) if (await lock(`${path}.lock`, clock, signal)) held.push(`${path}.lock`);
    return await change();
  } finally {
    for (const path of held) await rm(path, { force: true });
  }
}

async function lock(path: string, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const deadline = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      await (await open(path, 'wx', 0o600)).close();
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOENT') return false;
      if (code !== 'EEXIST')
        throw new KubeletteError('Unavailable', `lock ${path}: ${errorMessage(error)}`, { cause: error });
    }
    if (clock.monotonic() >= deadline)
      throw new KubeletteError('Conflict', `${path} is held by another program (if there is none, remove it)`);
    await clock.sleep(RETRY_MS, signal);
  }
}
