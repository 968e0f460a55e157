import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileLogStore } from '../../../../src/kubelet/logs/file-log-store.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import type { LogRecord, LogStreamOptions } from '../../../../src/runtime/streams.js';
import { eventually } from '../../../support/eventually.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { usedHeap } from '../../../support/used-heap.js';
import { container, pod, record, ScriptedLogs } from './scripted-logs.js';

const signal = new AbortController().signal;
const EVER = 1e12;
const stderr = { stream: 'stderr' } as const;

/** An engine that has a newest record already while its stream still holds it back. */
class SlowLogs extends ScriptedLogs {
  newest: LogRecord[] | Error = [];
  asked = 0;

  override async *logs(
    id: string,
    options: LogStreamOptions,
    signal: AbortSignal,
  ): AsyncGenerator<LogRecord, void, undefined> {
    if (options.tail === undefined) {
      yield* super.logs(id, options, signal);
      return;
    }
    this.asked += 1;
    if (this.newest instanceof Error) throw this.newest;
    yield* this.newest;
  }
}

describe('a reader of the log of a running container', () => {
  let root: string;
  let clock: FakeClock;
  let streams: SlowLogs;
  let store: FileLogStore;
  let over: boolean;

  const open = (): FileLogStore => new FileLogStore({ root, streams, clock, logger: silentLogger });
  const wait = async (withinMs = EVER): Promise<void> =>
    store.caughtUp('c0ffee', withinMs, signal).finally(() => {
      over = true;
    });
  async function text(): Promise<string> {
    const chunks: Buffer[] = [];
    const reference = { pod, container: 'app', attempt: 0 };
    for await (const chunk of store.read(reference, { follow: false, timestamps: false }, () => true, signal))
      chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kubelette-logs-'));
    clock = new FakeClock();
    streams = new SlowLogs();
    store = open();
    over = false;
  });
  afterEach(async () => {
    await store.stop();
    await rm(root, { recursive: true, force: true });
  });

  it('waits until the newest record the engine had is stored', async () => {
    streams.push(record(1, 'one'));
    streams.newest = [record(5, 'five')];
    store.follow(pod, container());
    const waiting = wait();
    await eventually('one line is stored', async () => (await text()) === 'one\n');
    expect(over).toBe(false);
    streams.push(record(3, 'three'), record(5, 'five'));
    await waiting;
    expect(await text()).toBe('one\nthree\nfive\n');
  });

  it('is not deceived by a later record of the other stream', async () => {
    streams.push(record(6, 'out'));
    streams.newest = [record(5, 'err', stderr)];
    store.follow(pod, container());
    const waiting = wait();
    await eventually('one line is stored', async () => (await text()) === 'out\n');
    expect(over).toBe(false);
    streams.push(record(5, 'err', stderr));
    await waiting;
    expect(await text()).toBe('out\nerr\n');
  });

  it('does not wait for what an earlier agent has stored', async () => {
    streams.push(record(5, 'five'));
    streams.newest = [record(5, 'five')];
    store.follow(pod, container());
    await wait();
    await store.stop();
    store = open();
    store.follow(pod, container());
    await wait();
    expect(await text()).toBe('five\n');
  });

  it('waits for the first look at the engine after a start', async () => {
    streams.push(record(5, 'five'));
    streams.newest = [record(5, 'five')];
    const waiting = wait();
    await eventually('the engine was asked', () => streams.asked === 1);
    expect(over).toBe(false);
    store.follow(pod, container());
    await clock.advance(100);
    await waiting;
    expect(await text()).toBe('five\n');
  });

  it.each<[string, LogRecord[] | Error]>([
    ['has nothing', []],
    ['has no such container', new KubeletteError('NotFound', 'gone')],
    ['keeps no logs', new KubeletteError('Unsupported', 'none')],
  ])('does not wait when the engine %s', async (_what, newest) => {
    streams.newest = newest;
    store.follow(pod, container());
    await wait();
    expect(over).toBe(true);
  });

  it('waits no longer than it was told to', async () => {
    streams.newest = [record(5, 'five')];
    store.follow(pod, container());
    const waiting = wait(2_000);
    await eventually('the engine was asked', () => streams.asked === 1);
    await clock.advance(1_999);
    expect(over).toBe(false);
    await clock.advance(1);
    await waiting;
  });

  it('leaves nothing behind, however many there were', async () => {
    streams.push(record(5, 'five'));
    streams.newest = [record(5, 'five')];
    store.follow(pod, container());
    const read = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) await wait();
    };
    await read(1_000);
    const before = await usedHeap();
    await read(4_000);
    expect((await usedHeap()) - before).toBeLessThan(1_000_000);
  });

  it('is done when the log has ended', async () => {
    streams.newest = [record(5, 'five')];
    store.follow(pod, container());
    const waiting = wait();
    streams.end();
    await waiting;
  });
});
