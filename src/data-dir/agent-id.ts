import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { errorMessage, KubeletteError } from '../lib/errors.js';
import type { DataDirLayout } from './layout.js';

/**
 * The name nobody else can guess that marks this agent's containers on the engine, so that look-alikes are not adopted:
 * 32 hex digits, made at the first start and kept for good. Call it while holding the agent's lock.
 *
 * @throws Invalid when the file holds something else: a new id would disown every container there is
 */
export async function loadAgentId({ agentId: path }: Pick<DataDirLayout, 'agentId'>): Promise<string> {
  const stored = await read(path);
  if (stored === undefined) {
    const id = randomBytes(16).toString('hex');
    await write(path, id);
    return id;
  }
  if (/^[0-9a-f]{32}\n?$/.test(stored)) return stored.trim();
  throw new KubeletteError(
    'Invalid',
    `${path}: expected 32 hex digits (restore the file, or remove it together with the containers of this node: kubelette gc)`,
  );
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KubeletteError('Unavailable', `read ${path}: ${errorMessage(error)}`, { cause: error });
  }
}

async function write(path: string, id: string): Promise<void> {
  try {
    // Temporary file, fsync, rename: a crash leaves no half an id.
    await writeFileAtomic(path, `${id}\n`, { mode: 0o600 });
  } catch (error) {
    throw new KubeletteError('Unavailable', `write ${path}: ${errorMessage(error)}`, { cause: error });
  }
}
