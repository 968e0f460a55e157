import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** One process, not to be confused with a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in whatever unit the system uses; empty where that cannot be told. */
  readonly startTime: string;
  /** Which start of the machine; empty where that cannot be told. */
  readonly bootId: string;
  /** Where its number means something; empty where there is but one such place. */
  readonly pidNamespace: string;
}

/** Who we are. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return {
    pid: process.pid,
    startTime: (await startTimeOf(process.pid)) ?? '',
    ...(await ownPlace()),
  };
}

/**
 * Does this process still run? `unknown` when its number belongs to another PID namespace of the same machine, where we
 * cannot look.
 */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | 'unknown'> {
  const here = await ownPlace();
  if (identity.bootId !== here.bootId) return false;
  if (identity.pidNamespace !== here.pidNamespace) return 'unknown';
  const startTime = await startTimeOf(identity.pid);
  return startTime !== undefined && (startTime === identity.startTime || identity.startTime === '');
}

async function ownPlace(): Promise<{ bootId: string; pidNamespace: string }> {
  const [bootId, pidNamespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return { bootId: bootId.trim(), pidNamespace };
}

/** Undefined when there is no such process; empty when there is one, but nobody can say since when. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined;
  if (process.platform !== 'linux') return startTimeByPs(pid);
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // `pid (name) state … starttime`: the name may hold anything, also brackets; starttime is field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Killed, but its parent has not looked yet: it will do nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : (fields[19] ?? '');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '';
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function startTimeByPs(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim();
  } catch {
    return '';
  }
}
