import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorMessage, KubeletteError } from '../lib/errors.js';
import type { DataDirLayout } from './layout.js';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** Someone else's start or end got between our steps: look again, but not for ever. */
const MAX_ATTEMPTS = 50;

export interface AgentLock {
  /** Lets the next agent in. Idempotent. A killed agent needs no release. */
  release(): Promise<void>;
}

interface Holder extends ProcessIdentity {
  /** Names this one holding of the lock. */
  readonly nonce: string;
}

/**
 * Makes sure that there is one agent per data directory, in this process or another.
 *
 * How: file names are taken by `link`, which never replaces anything. `agent.lock` names its holder; when that one is dead,
 * whoever creates `agent.lock.after-<its nonce>` comes next, and so on: the holder is the end of this chain. Nobody ever
 * removes a name to take a lock, so two starters cannot both win. The winner then puts itself at the head by a rename and
 * sweeps up the chain; who linked to a part swept up meanwhile finds, reading again from the head, that it is not in it.
 *
 * @throws Conflict, naming the process, when another agent holds it; Unavailable when the file system refuses
 */
export async function acquireAgentLock({ lock: path }: Pick<DataDirLayout, 'lock'>): Promise<AgentLock> {
  const mine: Holder = { ...(await ownIdentity()), nonce: randomUUID() };
  const ticket = `${path}.ticket-${mine.nonce}`;
  try {
    await writeTicket(ticket, mine);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const end = await findEnd(path);
      if (end.holder !== undefined && (await isHeld(end.holder, mine))) throw held(path, end.holder);
      const place = end.holder === undefined ? path : after(path, end.holder);
      if (!(await takePlace(ticket, place, mine))) continue;
      if ((await findEnd(path)).holder?.nonce !== mine.nonce) {
        // Our place was no longer part of the chain.
        await rm(place, { force: true });
        continue;
      }
      await rename(ticket, path);
      await sweep(path);
      return { release: () => release(path, mine) };
    }
    throw new KubeletteError('Unavailable', `lock ${path}: other agents keep starting (try again)`);
  } catch (error) {
    if (error instanceof KubeletteError) throw error;
    throw new KubeletteError('Unavailable', `lock ${path}: ${errorMessage(error)}`, { cause: error });
  } finally {
    await rm(ticket, { force: true }).catch(() => undefined);
  }
}

const after = (path: string, holder: Holder): string => `${path}.after-${holder.nonce}`;

const held = (path: string, { pid }: Holder): KubeletteError =>
  new KubeletteError(
    'Conflict',
    `another agent uses ${dirname(path)}: process ${pid} (stop it, or give this one a directory of its own with --data-dir; ` +
      `if there is no such process, remove ${path})`,
    { details: { pid } },
  );

/** The process itself is asked by its nonce: it may hold the lock twice over, as two agents. */
async function isHeld(holder: Holder, mine: Holder): Promise<boolean> {
  if (holder.nonce === mine.nonce) return false;
  // Not known counts as held: two agents in one directory do more harm than one that does not start.
  return (await isAlive(holder)) !== false;
}

/** Complete before it has any name that counts. */
async function writeTicket(ticket: string, mine: Holder): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  const file = await open(ticket, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  try {
    await file.writeFile(`${JSON.stringify(mine)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function takePlace(ticket: string, place: string, mine: Holder): Promise<boolean> {
  try {
    await link(ticket, place);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A new holder took it for one that a killed starter had left half written.
    if (code === 'ENOENT') await writeTicket(ticket, mine);
    else if (code !== 'EEXIST') throw error;
    return false;
  }
}

/** The last holder of the chain; none when there is no lock file. */
async function findEnd(path: string): Promise<{ readonly holder: Holder | undefined }> {
  let holder = await readHolder(path);
  while (holder !== undefined) {
    const next = await readHolder(after(path, holder));
    if (next === undefined) break;
    holder = next;
  }
  return { holder };
}

async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { pid, startTime, bootId, pidNamespace, nonce } = JSON.parse(text) as Partial<Holder>;
    if (typeof pid === 'number' && startTime !== undefined && bootId !== undefined && nonce !== undefined)
      return { pid, startTime, bootId, pidNamespace: pidNamespace ?? '', nonce };
  } catch {
    // Told below.
  }
  // Tickets are complete before they get here, so this is not one of ours in the making.
  throw new KubeletteError('Invalid', `${path} is not a lock of kubelette (if no agent runs here, remove it)`);
}

/** Everything but the head is history now: links of the chain, and tickets of starters that were killed. */
async function sweep(path: string): Promise<void> {
  const directory = dirname(path);
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    if (file.startsWith(`${path}.after-`) || (file.startsWith(`${path}.ticket-`) && (await isAbandoned(file))))
      await rm(file, { force: true });
  }
}

/** One that is not whole counts, too: its starter died, or makes another one. */
async function isAbandoned(ticket: string): Promise<boolean> {
  const holder = await readHolder(ticket).catch(() => undefined);
  return holder === undefined || (await isAlive(holder)) === false;
}

async function release(path: string, mine: Holder): Promise<void> {
  // Ours while we live, so nobody replaces it between these two steps.
  if ((await readHolder(path))?.nonce === mine.nonce) await unlink(path);
}
