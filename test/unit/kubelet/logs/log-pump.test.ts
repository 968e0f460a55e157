import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FileLogStore, type FileLogStoreOptions } from '../../../../src/kubelet/logs/file-log-store.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { type Logger, silentLogger } from '../../../../src/lib/logger.js';
import type { LogRecord } from '../../../../src/runtime/streams.js';
import { eventually } from '../../../support/eventually.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { plain, storedBytes, storedRecords } from '../../../support/stored-logs.js';
import { at, container, pod, record, ScriptedLogs } from './scripted-logs.js';

const signal = new AbortController().signal;
/** Longer than any test: the deadline of a drain that must come by itself. */
const EVER = 1e12;

describe('log pump', () => {
  let root: string;
  let directory: string;
  let clock: FakeClock;
  let stores: FileLogStore[];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kubelette-logs-'));
    directory = join(root, 'pods', 'default_web_a1b2', 'app');
    clock = new FakeClock();
    stores = [];
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.stop()));
    await rm(root, { recursive: true, force: true });
  });

  function storeOver(streams: ScriptedLogs, change: Partial<FileLogStoreOptions> = {}): FileLogStore {
    const store = new FileLogStore({ root, streams, clock, logger: silentLogger, maxFiles: 1000, ...change });
    stores.push(store);
    return store;
  }

  /** Runs a pump to the end of what the engine has. */
  async function pump(streams: ScriptedLogs, change: Partial<FileLogStoreOptions> = {}): Promise<void> {
    const store = storeOver(streams, change);
    store.follow(pod, container({ state: 'exited' }));
    await store.drained('c0ffee', EVER, signal);
    await store.stop();
  }

  const lines = (count: number): LogRecord[] =>
    Array.from({ length: count }, (_, i) => record(i * 1000, `line ${String(i)}`));
  const stored = async (): Promise<string[]> => plain(await storedRecords(directory));

  it('stores what there is, then what comes, until the engine says it is over', async () => {
    const streams = new ScriptedLogs();
    streams.push(...lines(3));
    const store = storeOver(streams);
    store.follow(pod, container());
    await eventually('three lines', async () => (await stored()).length === 3);
    streams.push(record(5000, 'late'));
    streams.end();
    await store.drained('c0ffee', EVER, signal);
    expect(await stored()).toEqual(plain([...lines(3), record(5000, 'late')]));
    expect(streams.since).toEqual([undefined]);
  });

  it('is started once however often it is asked for, and not at all for a container that never ran', async () => {
    const streams = new ScriptedLogs();
    const store = storeOver(streams);
    store.follow(pod, container({ state: 'created' }));
    store.follow(pod, container());
    store.follow(pod, container());
    streams.push(...lines(2));
    streams.end();
    await store.drained('c0ffee', EVER, signal);
    store.follow(pod, container({ state: 'exited' }));
    await store.drained('c0ffee', EVER, signal);
    expect(streams.since).toHaveLength(1);
    expect(await stored()).toHaveLength(2);
  });

  it('is resumed when the container was started again by hand', async () => {
    const streams = new ScriptedLogs();
    streams.push(record(1, 'first run'));
    const store = storeOver(streams);
    store.follow(pod, container({ state: 'exited' }));
    await store.drained('c0ffee', EVER, signal);
    streams.push(record(9e9, 'second run'));
    streams.end();
    store.follow(pod, container({ startedAt: 9 }));
    await store.drained('c0ffee', EVER, signal);
    expect(await stored()).toEqual(plain([record(1, 'first run'), record(9e9, 'second run')]));
  });

  it('is resumed when its stream ended although the container goes on running', async () => {
    const streams = new ScriptedLogs();
    streams.push(record(1, 'one'));
    streams.end();
    const store = storeOver(streams);
    store.follow(pod, container());
    await store.drained('c0ffee', EVER, signal);
    streams.push(record(2, 'two'));
    await clock.advance(4_999);
    store.follow(pod, container());
    expect(streams.since).toHaveLength(1);
    await clock.advance(1);
    store.follow(pod, container());
    await store.drained('c0ffee', EVER, signal);
    expect(await stored()).toEqual(plain([record(1, 'one'), record(2, 'two')]));
  });

  it('resumes a broken stream after 200 ms, doubling to 5 s, from what is stored', async () => {
    const streams = new ScriptedLogs();
    streams.push(...lines(4));
    streams.failNext(2);
    for (let i = 0; i < 6; i += 1) streams.failNext(0);
    const store = storeOver(streams);
    store.follow(pod, container({ state: 'exited' }));
    for (const [i, waitMs] of [200, 400, 800, 1600, 3200, 5000].entries()) {
      await eventually('a wait', () => clock.sleeping === 1 && streams.since.length === i + 1);
      await clock.advance(waitMs - 1);
      expect(streams.since).toHaveLength(i + 1);
      await clock.advance(1);
      await eventually('the next connection', () => streams.since.length === i + 2);
    }
    await eventually('a wait', () => clock.sleeping === 1);
    await clock.advance(5000);
    await store.drained('c0ffee', EVER, signal);
    expect(await stored()).toEqual(plain(lines(4)));
  });

  describe('opens a stream again that stays open and brings nothing', () => {
    const stalled = async (stall: number): Promise<{ streams: ScriptedLogs; store: FileLogStore }> => {
      const streams = new ScriptedLogs();
      streams.stalls.push(stall);
      streams.push(...lines(3));
      const store = storeOver(streams);
      store.follow(pod, container());
      await eventually(
        'the stall',
        async () => (await stored().catch(() => [])).length === stall && clock.sleeping > 0,
      );
      return { streams, store };
    };

    it('after five minutes without anything, when the engine has more', async () => {
      const { streams } = await stalled(1);
      // In these it has brought something.
      await clock.advance(300_000);
      await clock.advance(304_999);
      expect(streams.since).toHaveLength(1);
      await clock.advance(1);
      await eventually('a wait', () => clock.sleeping === 1);
      await clock.advance(200);
      await eventually('all of it', async () => (await stored()).length === 3);
      expect(await stored()).toEqual(plain(lines(3)));
    });

    it('five seconds after its container was seen to have ended, also when nothing is missing', async () => {
      for (const stall of [1, 3]) {
        const { streams, store } = await stalled(stall);
        store.follow(pod, container({ state: 'exited' }));
        streams.end();
        await clock.advance(4_999);
        expect(streams.since).toHaveLength(1);
        await clock.advance(1);
        await eventually('a wait', () => clock.sleeping === 1);
        await clock.advance(200);
        await store.drained('c0ffee', EVER, signal);
        expect(await stored()).toEqual(plain(lines(3)));
        await store.removePod(pod);
      }
    });

    it('five seconds after a reader missed something', async () => {
      const { streams, store } = await stalled(2);
      const reading = store.caughtUp('c0ffee', 2_000, signal);
      await eventually('the reader waits', () => clock.sleeping >= 3);
      await clock.advance(2_000);
      await reading;
      await clock.advance(5_000);
      await eventually('a wait', () => clock.sleeping === 1);
      await clock.advance(200);
      await eventually('all of it', async () => (await stored()).length === 3);
      expect(streams.since).toHaveLength(2);
    });

    it('and not one of a container that says nothing, or one that brings something now and then', async () => {
      const { streams } = await stalled(3);
      await clock.advance(1_000_000);
      expect(streams.since).toHaveLength(1);
      const lively = new ScriptedLogs();
      const store = storeOver(lively);
      store.follow({ ...pod, uid: 'lively' }, container({ id: 'beef' }));
      const files = join(root, 'pods', 'default_web_lively', 'app');
      for (let n = 1; n <= 4; n += 1) {
        lively.push(record(n, 'x'));
        await eventually('it is stored', async () => (await storedRecords(files).catch(() => [])).length === n);
        await clock.advance(200_000);
      }
      expect(lively.since).toHaveLength(1);
    });
  });

  it('does not take an unexpected failure for the end', async () => {
    const streams = new ScriptedLogs();
    streams.push(...lines(2));
    streams.failNext(1, new TypeError('unexpected'));
    const store = storeOver(streams);
    store.follow(pod, container({ state: 'exited' }));
    await eventually('a wait', () => clock.sleeping === 1);
    await clock.advance(200);
    await store.drained('c0ffee', EVER, signal);
    expect(await stored()).toEqual(plain(lines(2)));
  });

  it.each(['NotFound', 'Unsupported'] as const)('ends with %s', async (code) => {
    const streams = new ScriptedLogs();
    streams.push(...lines(2));
    streams.failNext(1, new KubeletteError(code, 'no'));
    const store = storeOver(streams);
    store.follow(pod, container());
    await store.drained('c0ffee', EVER, signal);
    expect(await stored()).toEqual(plain(lines(1)));
  });

  it('waits for a drain no longer than asked, and not for a pump that never was', async () => {
    const store = storeOver(new ScriptedLogs());
    await store.drained('unknown', EVER, signal);
    store.follow(pod, container());
    let drained = false;
    const waiting = store.drained('c0ffee', 500, signal).then(() => (drained = true));
    await clock.advance(499);
    expect(drained).toBe(false);
    await clock.advance(1);
    await waiting;
    await expect(store.drained('c0ffee', 500, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  it('asks again for a little more than the last record, because streams overtake each other', async () => {
    const streams = new ScriptedLogs();
    // stderr was stamped first and written second; the crash came between the two.
    streams.push(record(5e9, 'out'), record(7e9, 'out'), record(6.9e9, 'err', { stream: 'stderr' }));
    streams.failNext(2);
    const store = storeOver(streams);
    store.follow(pod, container({ state: 'exited' }));
    await eventually('a wait', () => clock.sleeping === 1);
    await clock.advance(200);
    await store.drained('c0ffee', EVER, signal);
    expect(streams.since[1]).toBe(at(6e9));
    expect(await stored()).toEqual(plain(streams.records));
  });

  it('cuts a record that a crash left half written, also when the file was rotated just before', async () => {
    const streams = new ScriptedLogs();
    streams.push(...lines(5));
    await pump(streams);
    const whole = await storedBytes(directory);
    await truncate(join(directory, '0.log'), whole.length - 7);
    await pump(streams);
    expect((await storedBytes(directory)).equals(whole)).toBe(true);

    await truncate(join(directory, '0.log'), whole.length - 7);
    await rename(join(directory, '0.log'), join(directory, '0.log.20260101-000000'));
    await pump(streams);
    expect((await storedBytes(directory)).equals(whole)).toBe(true);
  });

  it('survives rubbish at the end of the file', async () => {
    const streams = new ScriptedLogs();
    streams.push(...lines(5));
    await pump(streams);
    const whole = await storedBytes(directory);
    await writeFile(join(directory, '0.log'), Buffer.concat([whole, Buffer.alloc(300_000)]));
    await pump(streams);
    expect((await storedBytes(directory)).equals(whole)).toBe(true);
  });

  it('rotates before a file grows too large, keeps so many files and compresses the older ones', async () => {
    const streams = new ScriptedLogs();
    const all = Array.from({ length: 60 }, (_, i) => record(i, `number ${String(i)}`.padEnd(50, '.')));
    streams.push(...all);
    const store = storeOver(streams, { maxFileBytes: 1000, maxFiles: 4 });
    store.follow(pod, container({ state: 'exited' }));
    await store.drained('c0ffee', EVER, signal);
    const names = await eventually('all but the newest compressed', async () => {
      const found = (await readdir(directory)).sort();
      return found.filter((name) => name.endsWith('.gz')).length === 2 && found;
    });
    expect(names).toHaveLength(4);
    expect(names.slice(1, 3).every((name) => /^0\.log\.\d{8}-\d{6}\.gz$/.test(name))).toBe(true);
    expect(names[3]).toMatch(/^0\.log\.\d{8}-\d{6}$/);
    const kept = await stored();
    expect(kept).toEqual(plain(all).slice(-kept.length));
    expect(kept.length).toBeGreaterThan(30);
    for (const name of [names[0], names[3]]) {
      expect((await readFile(join(directory, name ?? ''))).length).toBeLessThanOrEqual(1000);
    }
    // What was deleted is not fetched again.
    await pump(streams, { maxFileBytes: 1000, maxFiles: 4 });
    expect(await stored()).toEqual(kept);
  });

  it('keeps no more files, and does not complain, when it rotates faster than it compresses', async () => {
    const streams = new ScriptedLogs();
    streams.push(...Array.from({ length: 400 }, (_, i) => record(i, Buffer.alloc(20_000, i))));
    const store = storeOver(streams, { maxFileBytes: 50_000, maxFiles: 4, logger: countingLogger() });
    store.follow(pod, container({ state: 'exited' }));
    await store.drained('c0ffee', EVER, signal);
    await eventually('all but the newest compressed', async () => {
      const names = (await readdir(directory)).sort().map((name) => name.split('.').at(-1) === 'gz');
      return names.join() === 'false,true,true,false';
    });
    expect(warnings).toBe(0);
  });

  it('goes on in the full file when it cannot be renamed', async () => {
    const streams = new ScriptedLogs();
    const all = Array.from({ length: 30 }, (_, i) => record(i, `number ${String(i)}`.padEnd(50, '.')));
    streams.push(...all);
    // Stands in the way of the rotation, and cannot be deleted like a file.
    await mkdir(join(directory, '0.log.20200101-000000', 'x'), { recursive: true });
    await pump(streams, { maxFileBytes: 1000, maxFiles: 2 });
    const kept = await readFile(join(directory, '0.log'), 'utf8');
    expect(kept.split('\n')).toHaveLength(31);
  });

  it('reads on while the disk is full, marks the gap once it is not, and says so once', async () => {
    const streams = new ScriptedLogs();
    const store = storeOver(streams, { open: failingDisk(), logger: countingLogger() });
    store.follow(pod, container());
    streams.push(record(1, 'before'));
    await eventually('a line', async () => (await stored().catch(() => [])).length === 1);
    disk.roomFor = 10;
    streams.push(record(2, 'lost one'), record(3, 'lost two'));
    await eventually('two failed writes', () => disk.refused >= 2);
    streams.push(record(4, 'lost three'));
    await eventually('another failed write', () => disk.refused >= 3);
    disk.roomFor = Infinity;
    streams.push(record(5, 'after'));
    streams.end();
    await store.drained('c0ffee', EVER, signal);
    const marker = `[kubelette] log gap: 3 records, 26 bytes, ${at(2)} to ${at(4)} not stored: ENOSPC`;
    expect(await stored()).toEqual(
      plain([record(1, 'before'), record(4, marker, { stream: 'stderr' }), record(5, 'after')]),
    );
    expect(warnings).toBe(1);
    await store.stop();
    // A resume looks behind the gap only.
    await pump(streams);
    expect(await stored()).toHaveLength(3);
  });

  it('keeps the whole records of a write that failed half way', async () => {
    const streams = new ScriptedLogs();
    streams.push(record(1, 'a'));
    streams.end();
    const store = storeOver(streams, { open: failingDisk() });
    const size = Buffer.byteLength(`${at(0)} stdout F x\n`);
    streams.push(...[2, 3, 4, 5, 6].map((ns) => record(ns, 'x')));
    disk.roomFor = 3 * size + 5;
    store.follow(pod, container());
    await store.drained('c0ffee', EVER, signal);
    await store.stop();
    // The stream has ended: its gap could not even be marked, and the next start fetches what is missing.
    await pump(streams);
    expect(await stored()).toEqual(plain(streams.records));
  });

  const disk = { roomFor: Infinity, refused: 0 };
  let warnings = 0;

  /** A disk that takes `roomFor` more bytes; a write that does not fit is done in part, then fails. */
  function failingDisk(): NonNullable<FileLogStoreOptions['open']> {
    disk.roomFor = Infinity;
    disk.refused = 0;
    return async (path, flags, mode) => {
      const handle = await open(path, flags, mode);
      const write = handle.write.bind(handle);
      const limited = async (bytes: Buffer, offset: number, length: number, position: number): Promise<unknown> => {
        const taken = Math.min(length, disk.roomFor);
        if (taken === 0) {
          disk.refused += 1;
          throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        }
        disk.roomFor -= taken;
        return write(bytes, offset, taken, position);
      };
      return Object.assign(handle, { write: limited });
    };
  }

  function countingLogger(): Logger {
    warnings = 0;
    const logger: Logger = {
      ...silentLogger,
      warn: () => (warnings += 1),
      info: () => undefined,
      debug: () => undefined,
      child: () => logger,
    };
    return logger;
  }

  it('stores every record exactly once, whatever is killed when and however small the files are', async () => {
    const arbitraryRecords = fc.array(
      fc.record({
        // Pieces of one line share a time; stderr may be stamped a little earlier than what was written before it.
        gap: fc.constantFrom(0, 0, 1, 999, 3_000_000, 700_000_000, 5_000_000_000),
        back: fc.constantFrom(0, 0, 0, 1, 2_000_000),
        stream: fc.constantFrom('stdout' as const, 'stderr' as const),
        partial: fc.boolean(),
        line: fc
          .uint8Array({ maxLength: 80 })
          .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0x0a ? 0x0b : byte)))),
      }),
      { maxLength: 60 },
    );
    const arbitraryRuns = fc.array(
      fc.record({
        // Records handed out before the connection breaks, bytes torn off the file's end by the kill.
        until: fc.nat(40),
        torn: fc.nat(120),
        kill: fc.boolean(),
      }),
      { maxLength: 6 },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        arbitraryRecords,
        arbitraryRuns,
        fc.constantFrom(60, 150, 400, 1_000_000),
        async (drafts, kills, maxFileBytes) => {
          run += 1;
          const pods = { ...pod, uid: `run${String(run)}` };
          const files = join(root, 'pods', `default_web_${pods.uid}`, 'app');
          const streams = new ScriptedLogs();
          let now = 10_000_000_000;
          for (const { gap, back, ...rest } of drafts) {
            now += gap;
            streams.push({ ...rest, timestamp: at(now - back) });
          }
          for (const { until, torn, kill } of kills) {
            streams.failures.length = 0;
            streams.failNext(until);
            const store = storeOver(streams, { maxFileBytes });
            store.follow(pods, container({ state: 'exited' }));
            if (kill) await soon(() => clock.sleeping > 0);
            await store.stop();
            const { length } = await readFile(join(files, '0.log'));
            await truncate(join(files, '0.log'), Math.max(0, length - torn));
          }
          streams.failures.length = 0;
          const store = storeOver(streams, { maxFileBytes });
          store.follow(pods, container({ state: 'exited' }));
          await store.drained('c0ffee', EVER, signal);
          await store.stop();
          expect(plain(await storedRecords(files))).toEqual(plain(streams.records));
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** As `eventually`, for what is a matter of microseconds. */
async function soon(holds: () => boolean): Promise<void> {
  for (let i = 0; !holds(); i += 1) {
    if (i > 1e6) throw new Error('never came');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
