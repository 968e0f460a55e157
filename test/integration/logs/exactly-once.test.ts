import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Docker from 'dockerode';
import { connectDockerRuntime } from '../../../src/docker/docker-runtime.js';
import { logConfig } from '../../../src/docker/log-driver.js';
import { FileLogStore } from '../../../src/kubelet/logs/file-log-store.js';
import { systemClock } from '../../../src/lib/clock.js';
import { silentLogger } from '../../../src/lib/logger.js';
import type { RuntimeStreams } from '../../../src/runtime/streams.js';
import { eventually } from '../../support/eventually.js';
import { storedRecords } from '../../support/stored-logs.js';
import type { PumpTask } from './pump-child.js';
import { container, pod } from './pumped-container.js';

const IMAGE = 'kubelette.local/busybox:1';
const ROUNDS = 20;
const LINES_PER_ROUND = 5_000;
const LONG_LINE_BYTES = 100 * 1024;
const MAX_FILE_BYTES = 1024 * 1024;
/** Every byte there is, newlines and zeros among them, and no newline at the end. */
const BINARY = Buffer.from(Array.from({ length: 1024 }, (_, i) => (i * 7 + 3) % 256));

const signal = new AbortController().signal;

/** Numbered lines, a long line and binary, round after round, to both streams at once; 200 000 numbered lines in all. */
const script = `
produce() {
  i=0
  while [ $i -lt ${String(ROUNDS)} ]; do
    seq $((i * ${String(LINES_PER_ROUND)} + 1)) $(((i + 1) * ${String(LINES_PER_ROUND)}))
    head -c ${String(LONG_LINE_BYTES)} /dev/zero | tr '\\0' "$1"
    echo
    printf '${[...BINARY].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'
    sleep 0.2
    i=$((i + 1))
  done
}
produce o &
produce e >&2 &
wait
`;

function produced(letter: string): Buffer {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    const numbers = Array.from({ length: LINES_PER_ROUND }, (_, i) => `${String(round * LINES_PER_ROUND + i + 1)}\n`);
    return Buffer.concat([Buffer.from(`${numbers.join('')}${letter.repeat(LONG_LINE_BYTES)}\n`), BINARY]);
  });
  // The log does not know that the very last line had no newline.
  return Buffer.concat([...rounds, Buffer.from('\n')]);
}

describe('the log of a container that talks a lot', () => {
  const docker = new Docker();
  let work: string;
  let root: string;
  let id: string;
  let streams: RuntimeStreams;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'kubelette-logs-'));
    const options = { nodeName: 'kubelette-test-logs', agentId: 'test', clock: systemClock, logger: silentLogger };
    ({ streams } = await connectDockerRuntime(options, signal));
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  beforeEach(async () => {
    root = await mkdtemp(join(work, 'root-'));
    const { Version } = await docker.version();
    const created = await docker.createContainer({
      name: `kubelette-test-logs-${String(process.pid)}-${String(Math.round(systemClock.monotonic()))}`,
      Image: IMAGE,
      Cmd: ['sh', '-c', script],
      HostConfig: { LogConfig: logConfig(Version, false), NetworkMode: 'none' },
    });
    id = created.id;
    await created.start();
  });
  afterEach(() => docker.getContainer(id).remove({ force: true, v: true }));

  const directory = (): string => join(root, 'pods', 'default_talker_b7', 'app');

  async function storedSize(): Promise<number> {
    const names = await readdir(directory()).catch(() => []);
    // A file may be compressed away between the two calls.
    const sizes = await Promise.all(names.map((name) => stat(join(directory(), name)).catch(() => ({ size: 0 }))));
    return sizes.reduce((sum, { size }) => sum + size, 0);
  }

  /** True once something more is stored, false when the pump ended first. Files also shrink, by compression. */
  async function moreStored(ended: Promise<unknown>): Promise<boolean> {
    const before = await storedSize();
    let over = false;
    void ended.then(() => (over = true));
    await eventually('something more stored', async () => over || (await storedSize()) !== before, 60_000);
    return !over;
  }

  async function expectComplete(): Promise<void> {
    const records = await storedRecords(directory());
    for (const [stream, letter] of [
      ['stdout', 'o'],
      ['stderr', 'e'],
    ] as const) {
      const own = records.filter((record) => record.stream === stream);
      const text = Buffer.concat(own.flatMap(({ line, partial }) => (partial ? [line] : [line, Buffer.from('\n')])));
      const expected = produced(letter);
      expect(firstDifference(text, expected)).toBeUndefined();
      expect(text.length).toBe(expected.length);
    }
    expect((await readdir(directory())).length).toBeGreaterThan(3);
  }

  it('is stored completely and once, with its store stopped again and again', async () => {
    const open = (): FileLogStore =>
      new FileLogStore({ root, streams, clock: systemClock, logger: silentLogger, maxFileBytes: MAX_FILE_BYTES, maxFiles: 1000 }); // prettier-ignore
    let stops = 0;
    for (let i = 0; i < 15; i += 1) {
      const store = open();
      store.follow(pod, container(id));
      if (await moreStored(store.drained(id, 120_000, signal))) stops += 1;
      await store.stop();
    }
    expect(stops).toBeGreaterThan(3);
    const store = open();
    store.follow(pod, container(id));
    await store.drained(id, 120_000, signal);
    await store.stop();
    await expectComplete();
  }, 180_000);

  it('is stored completely and once, with its process killed again and again', async () => {
    const bundle = await bundleChild(work);
    const task: PumpTask = { root, id, maxFileBytes: MAX_FILE_BYTES };
    const start = (): ChildProcess =>
      spawn(process.execPath, [bundle, JSON.stringify(task)], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '', NODE_PATH: join(process.cwd(), 'node_modules') },
      });
    let kills = 0;
    for (let i = 0; i < 8; i += 1) {
      const child = start();
      const ended = once(child, 'exit');
      if (await moreStored(ended)) kills += 1;
      child.kill('SIGKILL');
      await ended;
    }
    expect(kills).toBeGreaterThan(2);
    const [code] = (await once(start(), 'exit')) as [number | null];
    expect(code).toBe(0);
    await expectComplete();
  }, 180_000);
});

/** With what surrounds it: a comparison of megabytes that fails should not print them. */
function firstDifference(actual: Buffer, expected: Buffer): unknown {
  if (actual.equals(expected)) return undefined;
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at += 1;
  const around = (bytes: Buffer): string => bytes.subarray(Math.max(0, at - 40), at + 60).toString('latin1');
  return { at, actual: around(actual), expected: around(expected) };
}

async function bundleChild(directory: string): Promise<string> {
  const outfile = join(directory, 'pump-child.cjs');
  await promisify(execFile)(join('node_modules', '.bin', 'esbuild'), [
    join('test', 'integration', 'logs', 'pump-child.ts'),
    '--bundle',
    '--platform=node',
    '--format=cjs',
    '--target=node20',
    // CommonJS packages are found through NODE_PATH.
    '--external:dockerode',
    '--external:pino',
    '--external:pino-pretty',
    '--define:import.meta.url=undefined',
    '--log-level=error',
    `--outfile=${outfile}`,
  ]);
  return outfile;
}
