import { randomBytes } from 'node:crypto';
import { KubeletteError } from '../lib/errors.js';
import { readPrivateFile, writePrivateFile } from '../lib/private-file.js';
import type { DataDirLayout } from './layout.js';

/**
 * The name nobody else can guess that marks this agent's containers on the engine, so that look-alikes are not adopted:
 * 32 hex digits, made at the first start and kept for good. Call it while holding the agent's lock.
 *
 * @throws Invalid when the file holds something else: a new id would disown every container there is
 */
export async function loadAgentId({ agentId: path }: Pick<DataDirLayout, 'agentId'>): Promise<string> {
  const stored = await readPrivateFile(path);
  if (stored === undefined) {
    const id = randomBytes(16).toString('hex');
    await writePrivateFile(path, `${id}\n`);
    return id;
  }
  if (/^[0-9a-f]{32}\n?$/.test(stored)) return stored.trim();
  throw new KubeletteError(
    'Invalid',
    `${path}: expected 32 hex digits (restore the file, or remove it together with the containers of this node: kubelette gc)`,
  );
}
