import { constants } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../api/schema/meta.js';
import type { Clock } from '../lib/clock.js';
import { errorMessage, KubeletteError } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import type { Change } from './change-history.js';
import { replaceFile } from './durable-file.js';
import { decodeJournal, type JournalContent, type JournalEntry } from './journal-format.js';
import { Journal } from './journal.js';
import { HISTORY_LIMIT, MemoryStore } from './memory-store.js';
import { objectKey, type Store } from './store.js';

/** Revisions of one start. The next one begins at the next multiple, so none is ever given twice, not even a lost one. */
const EPOCH = 1_000_000_000;
/** Cheap to lose, many, and of use for an hour only. */
const NOT_JOURNALLED: ReadonlySet<string> = new Set(['Event']);

export interface OpenStoreOptions {
  /** Directory of the journal, `objects.jsonl`; it must exist. Absent: objects live in memory only. */
  readonly dir?: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface OpenedStore extends Store {
  /**
   * Where the objects come from: `none` there was nothing to read, `journal` as they were, `damaged` they were lost and the
   * file set aside. Only after `journal` does a container without a pod mean that nobody wants it.
   */
  readonly origin: 'none' | 'journal' | 'damaged';
  /** Makes the last changes durable, if the disk lets it, and closes the journal. */
  close(): Promise<void>;
}

/**
 * The store of an agent, with what it held when the agent was last alive. Whatever state the file is in, the agent starts:
 * a torn end is dropped, an unreadable file is set aside as `objects.jsonl.corrupt-<n>`.
 *
 * @throws Unavailable when there is a file that cannot be opened or set aside: then its pods are not known to be unwanted
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStore> {
  const { dir, clock, logger } = options;
  if (dir === undefined) {
    const store = new MemoryStore({ clock, historyLimit: HISTORY_LIMIT, revision: 0, objects: [] });
    return Object.assign(store, { origin: 'none' as const, close: () => Promise.resolve() });
  }

  const path = join(dir, 'objects.jsonl');
  const found = await readOrSetAside(path, logger);
  const epoch = found.epoch + 1;
  const store: MemoryStore = new MemoryStore({
    clock,
    historyLimit: HISTORY_LIMIT,
    revision: epoch * EPOCH,
    objects: found.objects,
    onChange: (change) => {
      if (isJournalled(change.object)) journal.append(toEntry(change));
    },
    flushed: () => journal.flushed(),
    failing: () => journal.failing,
  });
  const journal = new Journal({
    path,
    epoch,
    clock,
    logger,
    snapshot: () => ({ revision: store.revision, objects: store.all().filter(isJournalled) }),
    replace: (content) => replaceFile(path, content),
  });
  // Before anyone sees a revision of this epoch, the epoch is on the disk.
  await journal.begin();
  return Object.assign(store, { origin: found.origin, close: () => journal.close() });
}

interface Found {
  readonly origin: OpenedStore['origin'];
  readonly epoch: number;
  readonly objects: readonly KubeObject[];
}

async function readOrSetAside(path: string, logger: Logger): Promise<Found> {
  const content = await readIfThere(path);
  if (content === undefined) return { origin: 'none', epoch: 0, objects: [] };
  const journal = decodeJournal(content);
  if (journal.readable) {
    if (journal.tornBytes > 0)
      logger.warn({ path, bytes: journal.tornBytes }, 'dropped an incomplete write at the end of the stored objects');
    return { origin: 'journal', epoch: epochOf(journal), objects: journal.objects };
  }
  const aside = await setAside(path);
  logger.error(
    { path, aside, reason: journal.reason },
    'the stored objects are damaged: set aside, starting without them',
  );
  // A file too damaged to say its epoch had a predecessor, and that one's epoch was less by one.
  const previous = await readIfThere(`${path}.previous`).catch(() => undefined);
  const known = previous === undefined ? 0 : epochOf(decodeJournal(previous)) + 1;
  return { origin: 'damaged', epoch: Math.max(journal.epoch, known), objects: [] };
}

/** A single start with more changes than an epoch has numbers went on into the following ones. */
const epochOf = (content: JournalContent): number =>
  Math.max(content.epoch, content.readable ? Math.floor(content.revision / EPOCH) : 0);

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KubeletteError('Unavailable', `read the stored objects: ${errorMessage(error)}`, { cause: error });
  }
}

/** Under the first free name; earlier ones are evidence, too. */
async function setAside(path: string): Promise<string> {
  for (let n = 1; ; n += 1) {
    const aside = `${path}.corrupt-${n}`;
    try {
      await link(path, aside);
      await rm(path);
      return aside;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new KubeletteError('Unavailable', `set the stored objects aside: ${errorMessage(error)}`, { cause: error });
    }
  }
}

const isJournalled = (object: KubeObject): boolean => !NOT_JOURNALLED.has(object.kind);

function toEntry({ type, object, revision }: Change): JournalEntry {
  if (type !== 'DELETED') return { revision, put: object };
  return { revision, remove: { kind: object.kind, key: objectKey(object) } };
}
