import { beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/schema/meta.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { decodeJournal } from '../../../src/store/journal-format.js';
import { GROWTH_BYTES, Journal, RETRY_INITIAL_MS, type JournalFile } from '../../../src/store/journal.js';
import { FakeClock } from '../../support/fake-clock.js';

const pod = (name: string, more = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, ...more });

/** A disk with one file that fails on demand, at the operation named. */
class FakeDisk {
  content = '';
  failing: 'replace' | 'append' | 'sync' | undefined;
  replacements = 0;
  syncs = 0;
  /** Resolves the operations that wait for it, when set. */
  gate: Promise<void> = Promise.resolve();

  replace = async (content: string): Promise<JournalFile> => {
    await this.gate;
    this.#check('replace');
    this.replacements += 1;
    this.content = content;
    return {
      appendFile: async (text) => {
        await this.gate;
        if (this.failing === 'append') this.content += text.slice(0, text.length / 2);
        this.#check('append');
        this.content += text;
      },
      datasync: async () => {
        await this.gate;
        this.#check('sync');
        this.syncs += 1;
      },
      truncate: async (bytes) => {
        this.content = Buffer.from(this.content).subarray(0, bytes).toString();
      },
      close: () => Promise.resolve(),
    };
  };

  names(): string[] {
    const journal = decodeJournal(Buffer.from(this.content));
    return journal.readable ? journal.objects.map(({ metadata }) => metadata.name) : [journal.reason];
  }

  #check(operation: string): void {
    if (this.failing === operation) throw new Error('ENOSPC: no space left on device');
  }
}

let disk: FakeDisk;
let clock: FakeClock;
let objects: KubeObject[];
let journal: Journal;
const put = (name: string): void => {
  objects.push(pod(name));
  journal.append({ revision: objects.length, put: pod(name) });
};

beforeEach(async () => {
  disk = new FakeDisk();
  clock = new FakeClock();
  objects = [];
  journal = new Journal({
    path: '/state/objects.jsonl',
    epoch: 1,
    clock,
    logger: silentLogger,
    snapshot: () => ({ revision: objects.length, objects: [...objects] }),
    replace: disk.replace,
  });
  await journal.begin();
});

describe('the journal writer', () => {
  it('writes changes made together with one fsync, in order', async () => {
    for (const name of ['a', 'b', 'c']) put(name);
    await journal.flushed();
    expect(disk.names()).toEqual(['a', 'b', 'c']);
    expect(disk.syncs).toBe(1);
    await journal.flushed();
    expect(disk.syncs).toBe(1);
  });

  it('groups what comes during a write into the next one, and answers each waiter after its own', async () => {
    let open = (): void => undefined;
    disk.gate = new Promise((resolve) => (open = resolve));
    put('a');
    const first = journal.flushed().then(() => disk.syncs);
    await clock.advance(0);
    put('b');
    const second = journal.flushed().then(() => disk.syncs);
    put('c');
    const third = journal.flushed().then(() => disk.syncs);
    open();
    expect(await Promise.all([first, second, third])).toEqual([1, 2, 2]);
    expect(disk.names()).toEqual(['a', 'b', 'c']);
  });

  it.each(['append', 'sync', 'replace'] as const)(
    'when %s fails: tells who waits, keeps trying, recovers alone',
    async (operation) => {
      put('a');
      await journal.flushed();
      disk.failing = operation === 'replace' ? 'append' : operation;
      put('b');
      await expect(journal.flushed()).rejects.toMatchObject({
        code: 'Unavailable',
        message: 'write /state/objects.jsonl: ENOSPC: no space left on device',
      });
      // What was written before the failure is still there.
      expect(disk.names()).toContain('a');

      disk.failing = 'replace';
      put('c');
      await expect(journal.flushed()).rejects.toThrow('ENOSPC');
      await clock.advance(3 * RETRY_INITIAL_MS);
      disk.failing = undefined;
      await clock.advance(60_000);
      expect(disk.names()).toEqual(['a', 'b', 'c']);
      put('d');
      await journal.flushed();
      expect(disk.names()).toEqual(['a', 'b', 'c', 'd']);
      expect(disk.replacements).toBe(2);
    },
  );

  it('takes back what a failed write left, which may be all the room there is', async () => {
    put('ä');
    await journal.flushed();
    const { content } = disk;
    disk.failing = 'append';
    put('b');
    await expect(journal.flushed()).rejects.toThrow('ENOSPC');
    expect(disk.content).toBe(content);
  });

  it('tries at once when someone waits, not only when its time has come', async () => {
    disk.failing = 'append';
    put('a');
    await expect(journal.flushed()).rejects.toThrow('ENOSPC');
    disk.failing = undefined;
    await journal.flushed();
    expect(disk.names()).toEqual(['a']);
  });

  it('keeps changes made while a new file is being written', async () => {
    disk.failing = 'append';
    put('a');
    await expect(journal.flushed()).rejects.toThrow('ENOSPC');
    disk.failing = undefined;
    let open = (): void => undefined;
    disk.gate = new Promise((resolve) => (open = resolve));
    const flushed = journal.flushed();
    await clock.advance(0);
    put('b');
    open();
    await flushed;
    await journal.flushed();
    expect(disk.names()).toEqual(['a', 'b']);
  });

  it('writes the file anew when it has grown large', async () => {
    const big = pod('a', { text: 'x'.repeat(GROWTH_BYTES + 1000) });
    objects.push(pod('a'));
    journal.append({ revision: 1, put: big });
    await journal.flushed();
    expect(disk.replacements).toBe(1);
    put('b');
    await journal.flushed();
    expect(disk.replacements).toBe(2);
    expect(disk.content.length).toBeLessThan(1000);
    expect(disk.names()).toEqual(['a', 'b']);
  });

  it('writes what is left when closed, and gives up when the disk refuses', async () => {
    put('a');
    await journal.close();
    expect(disk.names()).toEqual(['a']);
    put('b');
    await expect(journal.flushed()).rejects.toMatchObject({ code: 'Unavailable' });
    expect(disk.names()).toEqual(['a']);
  });

  it('closes while the disk refuses', async () => {
    disk.failing = 'append';
    put('a');
    await expect(journal.flushed()).rejects.toThrow();
    disk.failing = 'replace';
    await journal.close();
    expect(clock.sleeping).toBe(0);
  });

  it('starts although the disk refuses, and writes when it can', async () => {
    const other = new FakeDisk();
    other.failing = 'replace';
    const late = new Journal({
      path: '/state/objects.jsonl',
      epoch: 1,
      clock,
      logger: silentLogger,
      snapshot: () => ({ revision: 0, objects: [pod('kept')] }),
      replace: other.replace,
    });
    await late.begin();
    other.failing = undefined;
    await clock.advance(RETRY_INITIAL_MS);
    expect(other.names()).toEqual(['kept']);
  });
});
