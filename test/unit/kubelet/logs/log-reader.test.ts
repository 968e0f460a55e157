import { renameSync, writeFileSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeRecord } from '../../../../src/kubelet/logs/cri-format.js';
import { FileLogStore, type FileLogStoreOptions } from '../../../../src/kubelet/logs/file-log-store.js';
import { LogChannel } from '../../../../src/kubelet/logs/log-channel.js';
import { readLog } from '../../../../src/kubelet/logs/log-reader.js';
import type { LogReadOptions, LogReference } from '../../../../src/kubelet/logs/log-store.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import type { LogRecord } from '../../../../src/runtime/streams.js';
import { eventually } from '../../../support/eventually.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { at, container, pod, record, ScriptedLogs } from './scripted-logs.js';

const signal = new AbortController().signal;
const EVER = 1e12;
const reference: LogReference = { pod, container: 'app', attempt: 0 };
const all: LogReadOptions = { follow: false, timestamps: false };

describe('log reader', () => {
  let root: string;
  let directory: string;
  let file: string;
  let clock: FakeClock;
  let streams: ScriptedLogs;
  let store: FileLogStore;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kubelette-logs-'));
    directory = join(root, 'pods', 'default_web_a1b2', 'app');
    file = join(directory, '0.log');
    clock = new FakeClock();
    streams = new ScriptedLogs();
    open();
  });
  afterEach(async () => {
    await store.stop();
    await rm(root, { recursive: true, force: true });
  });

  function open(change: Partial<FileLogStoreOptions> = {}): void {
    store = new FileLogStore({ root, streams, clock, logger: silentLogger, ...change });
  }

  async function stored(...records: LogRecord[]): Promise<void> {
    await mkdir(directory, { recursive: true });
    await appendFile(file, Buffer.concat(records.map(encodeRecord)));
  }

  async function text(options: Partial<LogReadOptions> = {}, running = (): boolean => false): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of store.read(reference, { ...all, ...options }, running, signal)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('latin1');
  }

  /** Follows in the background. */
  function following(options: Partial<LogReadOptions> = {}, running = (): boolean => true) {
    const seen = { text: '', ended: false };
    const done = (async () => {
      for await (const chunk of store.read(reference, { ...all, follow: true, ...options }, running, signal)) {
        seen.text += chunk.toString('latin1');
      }
      seen.ended = true;
    })();
    return { seen, done };
  }

  it('joins the pieces of long lines and keeps the order of the file', async () => {
    await stored(
      record(1, 'long ', { partial: true }),
      record(1, 'line'),
      record(2, 'err', { stream: 'stderr' }),
      record(3, ''),
      record(4, 'open', { partial: true }),
    );
    expect(await text()).toBe('long line\nerr\n\nopen');
  });

  it('prints any bytes as they are', async () => {
    const bytes = fc.uint8Array({ maxLength: 50 }).map((array) => array.map((byte) => (byte === 10 ? 11 : byte)));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(bytes), fc.option(fc.nat(20), { nil: undefined }), async (lines, tailLines) => {
        run += 1;
        file = join(directory, `${String(run)}.log`);
        await stored(...lines.map((line, i) => record(i, Buffer.from(line))));
        const read = store.read({ ...reference, attempt: run }, { ...all, ...(tailLines === undefined ? {} : { tailLines }) }, () => false, signal); // prettier-ignore
        const chunks: Buffer[] = [];
        for await (const chunk of read) chunks.push(chunk);
        const expected = lines.slice(-(tailLines ?? Infinity) || lines.length);
        expect(Buffer.concat(chunks)).toEqual(
          Buffer.concat(expected.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('of one stream has nothing of the other', async () => {
    await stored(
      record(1, 'out'),
      record(2, 'err', { stream: 'stderr', partial: true }),
      record(3, 'put'),
      record(4, 'or', { stream: 'stderr' }),
    );
    expect(await text({ stream: 'stdout' })).toBe('out\nput\n');
    expect(await text({ stream: 'stderr', timestamps: true })).toBe(`${at(2)} error\n`);
  });

  it('is empty when nothing was written yet', async () => {
    expect(await text()).toBe('');
    expect(await text({ follow: true })).toBe('');
    expect(await readdir(root)).toEqual([]);
  });

  it('leaves out what is no record, and a record that is half written', async () => {
    await stored(record(1, 'one'));
    await appendFile(file, '\0\0\0\n');
    await stored(record(2, 'two'));
    await appendFile(file, `${at(3)} stdout F half`);
    expect(await text()).toBe('one\ntwo\n');
    expect(await text({ tailLines: 1 })).toBe('two\n');
  });

  it('counts physical lines of the file for the tail, before it looks at times', async () => {
    await stored(record(1e9, 'a'), record(2e9, 'b', { partial: true }), record(2e9, 'c'), record(3e9, 'd'));
    expect(await text({ tailLines: 0 })).toBe('');
    expect(await text({ tailLines: 2 })).toBe('c\nd\n');
    expect(await text({ tailLines: 4 })).toBe('a\nbc\nd\n');
    expect(await text({ tailLines: 99 })).toBe('a\nbc\nd\n');
    expect(await text({ tailLines: 2, sinceMs: Date.parse(at(3e9)) })).toBe('d\n');
  });

  it('finds the tail of a file of many blocks', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => record(i, `${String(i)} `.repeat(20)));
    await stored(...lines);
    expect((await text({ tailLines: 4000 })).split('\n')[0]).toBe('1000 '.repeat(20));
    expect(await text()).toBe(lines.map((line) => `${line.line.toString()}\n`).join(''));
  });

  it('reads a record larger than a block', async () => {
    const long = 'x'.repeat(300_000);
    await stored(record(1, 'a'), record(2, long), record(3, 'b'));
    expect(await text()).toBe(`a\n${long}\nb\n`);
    expect(await text({ tailLines: 2 })).toBe(`${long}\nb\n`);
  });

  it('skips what is older than asked for, the boundary included', async () => {
    await stored(record(1_999_999, 'a'), record(2_000_000, 'b'), record(2_000_001, 'c'));
    expect(await text({ sinceMs: Date.parse('2026-01-01T00:00:00.002Z') })).toBe('b\nc\n');
    expect(await text({ sinceMs: -5 })).toBe('a\nb\nc\n');
    expect(await text({ sinceMs: 1e300 })).toBe('');
  });

  it('puts the time in front of every line, once', async () => {
    await stored(record(1, 'a', { partial: true }), record(1, 'b'), record(2, ''), record(3, 'c'));
    expect(await text({ timestamps: true })).toBe(`${at(1)} ab\n${at(2)} \n${at(3)} c\n`);
  });

  it('cuts the output in the middle of a line, times counted', async () => {
    await stored(record(1, 'abc'), record(2, 'def'));
    expect(await text({ limitBytes: 5 })).toBe('abc\nd');
    expect(await text({ limitBytes: 4 })).toBe('abc\n');
    expect(await text({ limitBytes: 33, timestamps: true })).toBe(`${at(1)} ab`);
    expect(await text({ limitBytes: 5, follow: true }, () => true)).toBe('abc\nd');
  });

  it('follows: first what there is, then what comes, woken by the pump', async () => {
    streams.push(record(1, 'old'), record(2, 'last'));
    store.follow(pod, container());
    const { seen, done } = following({ tailLines: 1 });
    const early = following();
    await eventually('the old', () => early.seen.text === 'old\nlast\n');
    streams.push(record(3, 'new'));
    // The clock stands still: no poll helps here.
    await eventually('the new', () => early.seen.text === 'old\nlast\nnew\n');
    await eventually('the new', () => seen.text.endsWith('new\n'));
    streams.end();
    await store.drained('c0ffee', EVER, signal);
    expect(seen.ended).toBe(false);
    await store.stop();
    await store.removePod(pod);
    await Promise.all([done, early.done]);
  });

  it('waits for the file when following, and then shows all of it', async () => {
    const { seen } = following({ tailLines: 0 });
    await clock.advance(3000);
    store.follow(pod, container());
    streams.push(record(1, 'first'));
    await eventually('the first line', () => seen.text === 'first\n');
    await store.removePod(pod);
  });

  it('sees what another process wrote within a second', async () => {
    await stored(record(1, 'a'));
    const { seen } = following();
    await eventually('a', () => seen.text === 'a\n');
    await stored(record(2, 'b'));
    await eventually('a sleeping reader', () => clock.sleeping > 0);
    await clock.advance(1000);
    await eventually('b', () => seen.text === 'a\nb\n');
    await store.removePod(pod);
  });

  it('ends a follow when the container has ended and its last output is stored', async () => {
    let running = true;
    streams.push(record(1, 'a'));
    store.follow(pod, container());
    const { seen, done } = following({}, () => running);
    await eventually('a', () => seen.text === 'a\n');
    running = false;
    await clock.advance(2000);
    expect(seen.ended).toBe(false);
    streams.push(record(2, 'last words'));
    streams.end();
    await done;
    expect(seen.text).toBe('a\nlast words\n');
  });

  it('does not wait for ever for the last output', async () => {
    streams.push(record(1, 'a'));
    store.follow(pod, container());
    const { seen } = following({}, () => false);
    await eventually('a', () => seen.text === 'a\n');
    await clock.advance(9_000);
    expect(seen.ended).toBe(false);
    await eventually('the end', async () => {
      await clock.advance(1000);
      return seen.ended;
    });
  });

  it('does not end by itself while nothing happens', async () => {
    store.follow(pod, container());
    const { seen } = following();
    for (let i = 0; i < 100; i += 1) await clock.advance(1000);
    expect(seen).toEqual({ text: '', ended: false });
    await store.removePod(pod);
  });

  it('follows through rotations, however far behind it is', async () => {
    open({ maxFileBytes: 300, maxFiles: 50 });
    const lines = Array.from({ length: 100 }, (_, i) => `line ${String(i)}`);
    streams.push(record(0, 'line 0'));
    store.follow(pod, container());
    const quick = following();
    const slow = store.read(reference, { ...all, follow: true }, () => false, signal)[Symbol.asyncIterator]();
    await eventually('the first line', () => quick.seen.text === 'line 0\n');
    let late = String((await slow.next()).value);
    for (const [i, line] of lines.entries()) if (i > 0) streams.push(record(i, line));
    streams.end();
    await store.drained('c0ffee', EVER, signal);
    await eventually('older files compressed', async () => {
      const names = await readdir(directory);
      return names.length > 15 && names.filter((name) => !name.endsWith('.gz')).length === 2;
    });
    const expected = lines.map((line) => `${line}\n`).join('');
    await eventually('all lines', () => quick.seen.text === expected);
    for (let step = await slow.next(); step.done !== true; step = await slow.next()) late += String(step.value);
    expect(late).toBe(expected);
    // Only the current file for those who come now.
    expect(expected.endsWith(await text())).toBe(true);
    expect((await text()).length).toBeLessThan(100);
    await store.removePod(pod);
    await quick.done;
  });

  it('misses no file that came and was rotated while there was none', async () => {
    const rotate = (name: string): void => {
      renameSync(file, `${file}.${name}`);
      channel.rotated(`${file}.${name}`);
    };
    const channel = new LogChannel();
    channel.pumps = 1;
    await stored(record(1, 'first'));
    let seen = '';
    const done = (async () => {
      const reading = {
        path: file,
        channel,
        options: { ...all, follow: true },
        running: () => channel.pumps > 0,
        clock,
      };
      for await (const text of readLog(reading, signal)) seen += text.toString();
    })();
    await eventually('the first file', () => seen === 'first\n');
    rotate('20260101-000001');
    // It has looked for the next one, found none and waits.
    await clock.advance(10);
    // The writer is quick, and the reader does not get to run meanwhile.
    writeFileSync(file, encodeRecord(record(2, 'second')));
    rotate('20260101-000002');
    writeFileSync(file, encodeRecord(record(3, 'third')));
    channel.pumps = 0;
    channel.notify();
    await done;
    expect(seen).toBe('first\nsecond\nthird\n');
  });

  it('finishes a file that is renamed away while it is read', async () => {
    await stored(...Array.from({ length: 3000 }, (_, i) => record(i, 'y'.repeat(100))));
    const reading = store.read(reference, all, () => false, signal)[Symbol.asyncIterator]();
    let bytes = ((await reading.next()).value as Buffer).length;
    await rename(file, `${file}.20260101-000000`);
    await writeFile(file, '');
    for (let step = await reading.next(); step.done !== true; step = await reading.next()) bytes += step.value.length;
    expect(bytes).toBe(3000 * 101);
  });

  it('stops with the reason of its signal', async () => {
    const controller = new AbortController();
    const reading = store.read(reference, { ...all, follow: true }, () => true, controller.signal);
    const next = reading[Symbol.asyncIterator]().next();
    controller.abort(new Error('client left'));
    await expect(next).rejects.toThrow('client left');
  });

  it('gives the last lines as text for a termination message, cut between characters', async () => {
    expect(await store.tail(reference, 80, 2048)).toBe('');
    await stored(...Array.from({ length: 100 }, (_, i) => record(i, `é${String(i)}`)));
    const last80 = Array.from({ length: 80 }, (_, i) => `é${String(i + 20)}\n`).join('');
    expect(await store.tail(reference, 80, 2048)).toBe(last80);
    expect(await store.tail(reference, 80, 4)).toBe('99\n');
    expect(await store.tail(reference, 80, 5)).toBe('é99\n');
  });
});
