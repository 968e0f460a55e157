import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '../../../src/api/schema/meta.js';
import { systemClock, type Clock } from '../../../src/lib/clock.js';
import { silentLogger } from '../../../src/lib/logger.js';
import type { OpenedStore } from '../../../src/store/open-store.js';
import { FaultyFiles } from '../../support/faulty-files.js';

const files = new FaultyFiles();
jest.unstable_mockModule('node:fs/promises', () => files.module);
const { openStore } = await import('../../../src/store/open-store.js');

/** Waits for nothing: a disk that refuses is asked again at once. */
const clock: Clock = { ...systemClock, sleep: async (_ms, signal) => systemClock.sleep(0, signal) };
const thing = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name } });
const names = (store: OpenedStore): string[] => store.list('Thing').items.map(({ metadata }) => metadata.name);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-disk-'));
});
afterEach(async () => {
  files.reset();
  await rm(dir, { recursive: true });
});
const open = async (): Promise<OpenedStore> => openStore({ dir, clock, logger: silentLogger });

/** Two lives with some changes each. @param told filled with what the store said is durable */
async function live(told: { durable: readonly string[] }): Promise<void> {
  for (const life of ['a', 'b']) {
    const store = await open();
    for (let n = 1; n <= 3; n += 1) {
      store.create(thing(`${life}${String(n)}`));
      const now = names(store);
      await store.flushed().then(
        () => (told.durable = now),
        () => undefined,
      );
    }
    await store.close();
  }
}

/** How often two lives change something on the disk. */
async function countChanges(): Promise<number> {
  files.reset();
  await live({ durable: [] });
  const { length } = files.changes;
  await rm(dir, { recursive: true });
  dir = await mkdtemp(join(tmpdir(), 'kubelette-disk-'));
  return length;
}

describe('a store on a bad disk', () => {
  it.each(['ENOSPC', 'EIO'] as const)('has everything in the end, whichever change fails with %s', async (code) => {
    const changes = await countChanges();
    expect(changes).toBeGreaterThan(25);
    for (let at = 1; at <= changes; at += 1) {
      files.reset({ at, code });
      // A file that cannot be opened is a reason not to start.
      const first = await open().catch(open);
      for (const name of ['x', 'y']) first.create(thing(name));
      // The first attempt may be the one that fails; the next one is not.
      await first.flushed().catch(async () => first.flushed());
      first.create(thing('z'));
      await first.flushed().catch(async () => first.flushed());
      await first.close();
      files.reset();
      const second = await open();
      expect({ at, origin: second.origin, names: names(second) }).toEqual({
        at,
        origin: 'journal',
        names: ['x', 'y', 'z'],
      });
      await second.close();
      await rm(dir, { recursive: true });
      dir = await mkdtemp(join(tmpdir(), 'kubelette-disk-'));
    }
  });

  it('has whatever it called durable, and starts, wherever its process dies', async () => {
    const changes = await countChanges();
    for (let at = 1; at <= changes; at += 1) {
      files.reset({ at, code: 'dead' });
      const told: { durable: readonly string[] } = { durable: [] };
      await live(told).catch(() => undefined);
      files.reset();
      const next = await open();
      expect({ at, damaged: next.origin === 'damaged' }).toEqual({ at, damaged: false });
      expect(names(next)).toEqual(expect.arrayContaining([...told.durable]));
      await next.close();
      const KEPT = ['objects.jsonl', 'objects.jsonl.previous'];
      expect({ at, stray: (await readdir(dir)).filter((name) => !KEPT.includes(name)) }).toEqual({ at, stray: [] });
      await rm(dir, { recursive: true });
      dir = await mkdtemp(join(tmpdir(), 'kubelette-disk-'));
    }
  });
});
