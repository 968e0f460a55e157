import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock, type Clock } from '../../../../src/lib/clock.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import type { LogRecord } from '../../../../src/runtime/streams.js';
import { FaultyFiles } from '../../../support/faulty-files.js';
import { plain, storedRecords } from '../../../support/stored-logs.js';
import { container, pod, record, ScriptedLogs } from './scripted-logs.js';

const files = new FaultyFiles();
jest.unstable_mockModule('node:fs/promises', () => files.module);
const { FileLogStore } = await import('../../../../src/kubelet/logs/file-log-store.js');

/** Longer than any test: the deadline of a drain that must come by itself. */
const EVER = 2e9;
/** Waits for nothing else: a disk that refuses is asked again at once. */
const clock: Clock = { ...systemClock, sleep: async (ms, until) => systemClock.sleep(ms === EVER ? ms : 0, until) };
const { signal } = new AbortController();
/** Enough for three files. */
const records = Array.from({ length: 24 }, (_, i) => record(i + 1, `number ${String(i)}`.padEnd(50, '.')));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kubelette-disk-'));
});
afterEach(async () => {
  files.reset();
  await rm(root, { recursive: true });
});

/** Copies the whole log, as an agent does that finds an ended container; or until its process is dead. */
async function pump(): Promise<void> {
  const streams = new ScriptedLogs();
  streams.push(...records);
  const store = new FileLogStore({ root, streams, clock, logger: silentLogger, maxFileBytes: 800, maxFiles: 100 });
  store.follow(pod, container({ state: 'exited' }));
  await Promise.race([store.drained('c0ffee', EVER, signal), files.died]);
  await store.stop();
}

/** How often a pump changes something on the disk. */
async function countChanges(): Promise<number> {
  files.reset();
  await pump();
  await startOver();
  return files.changes.length;
}

async function startOver(): Promise<void> {
  await rm(root, { recursive: true });
  root = await mkdtemp(join(tmpdir(), 'kubelette-disk-'));
}

const directory = (): string => join(root, 'pods', 'default_web_a1b2', 'app');
const isMarker = ({ line }: LogRecord): boolean => line.toString().startsWith('[kubelette] log gap');

describe('a log on a bad disk', () => {
  it.each(['ENOSPC', 'EIO'] as const)(
    'has every record once and in order, or a marker where it is missing, whichever change fails with %s',
    async (code) => {
      const changes = await countChanges();
      expect(changes).toBeGreaterThan(8);
      for (let at = 1; at <= changes; at += 1) {
        files.reset({ at, code });
        await pump();
        files.reset();
        // The next agent fetches what no marker stands for.
        await pump();
        const stored = await storedRecords(directory());
        const missing = stored
          .filter(isMarker)
          .reduce((sum, { line }) => sum + Number(/(\d+) records/.exec(line.toString())?.[1]), 0);
        const kept = plain(stored.filter((one) => !isMarker(one)));
        expect({ at, kept: kept.length }).toEqual({ at, kept: records.length - missing });
        expect(kept).toEqual(plain(records).filter((one) => kept.includes(one)));
        await startOver();
      }
    },
  );

  it('has every record once and in order wherever its process dies', async () => {
    const changes = await countChanges();
    for (let at = 1; at <= changes; at += 1) {
      files.reset({ at, code: 'dead' });
      await pump();
      files.reset();
      await pump();
      expect({ at, stored: plain(await storedRecords(directory())) }).toEqual({ at, stored: plain(records) });
      await startOver();
    }
  });
});
