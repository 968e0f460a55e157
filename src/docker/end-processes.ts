import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { hasCode, KubeletteError } from '../lib/errors.js';
import type { DockerContext } from './context.js';
import { runHelper } from './helper.js';
import { parseStat, processTree, type Process } from './process-tree.js';

/** A process that goes on starting others while they are being stopped is given up on after so many looks. */
const ROUNDS = 100;
/** Node takes 128 KB to read one of these small files, and a machine may have thousands of processes. */
const READ_AT_A_TIME = 16;

/**
 * Kills a process of this host with everything that belongs to it.
 *
 * @param containerId whose process it has to be: numbers are used again, and those of another host mean something else here
 * @returns false when it is not one of this host, or we may not touch it
 */
export async function endHere(pid: number, containerId: string): Promise<boolean> {
  try {
    const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8');
    if (!cgroup.includes(containerId)) return false;
    const stopped = new Set<number>();
    // What stands still starts nothing new; look again until nobody new is found.
    for (let round = 0; round < ROUNDS; round += 1) {
      const found = [...processTree(pid, await allProcesses())].filter((other) => !stopped.has(other));
      if (found.length === 0) break;
      for (const other of found) {
        send(other, 'SIGSTOP');
        stopped.add(other);
      }
    }
    for (const other of stopped) send(other, 'SIGKILL');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EPERM' || code === 'EACCES' || code === 'ESRCH') return false;
    throw error;
  }
}

/** @param root where the kernel tells of processes */
export async function allProcesses(root = '/proc'): Promise<Process[]> {
  const names = (await readdir(root)).filter((name) => /^\d+$/.test(name));
  const few = pLimit(READ_AT_A_TIME);
  const read = async (name: string): Promise<string> => readFile(join(root, name, 'stat'), 'utf8').catch(() => '');
  const texts = await Promise.all(names.map(async (name) => few(read, name)));
  return texts.flatMap((text) => parseStat(text) ?? []);
}

function send(pid: number, what: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, what);
  } catch (error) {
    // Gone meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The same by a container that sees the processes of the engine's host. @throws `Unavailable` when it could not */
export async function endThere(
  { engine, ownership }: DockerContext,
  pid: number,
  containerId: string,
  signal: AbortSignal,
): Promise<void> {
  const command = {
    args: ['end', String(pid), containerId],
    // Profiles of the engine would forbid signals to processes under another one.
    hostConfig: { PidMode: 'host', CapAdd: ['KILL'], SecurityOpt: ['apparmor=unconfined', 'label=disable'] },
  };
  try {
    await runHelper(engine, ownership, command, signal);
  } catch (error) {
    if (!hasCode(error, 'Internal')) throw error;
    throw new KubeletteError('Unavailable', `end a command: ${error.message}`, { cause: error });
  }
}
