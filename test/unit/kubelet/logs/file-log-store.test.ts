import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileLogStore } from '../../../../src/kubelet/logs/file-log-store.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { container, pod, record, ScriptedLogs } from './scripted-logs.js';

const signal = new AbortController().signal;
const EVER = 1e12;
const app = { pod, container: 'app', attempt: 0 };

describe('log files', () => {
  let root: string;
  let podDirectory: string;
  let streams: ScriptedLogs;
  let store: FileLogStore;
  let clock: FakeClock;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kubelette-logs-'));
    podDirectory = join(root, 'pods', 'default_web_a1b2');
    streams = new ScriptedLogs();
    streams.push(record(1, 'hello'));
    clock = new FakeClock();
    store = new FileLogStore({ root, streams, clock, logger: silentLogger });
  });
  afterEach(async () => {
    await store.stop();
    await rm(root, { recursive: true, force: true });
  });

  async function pump(change: Parameters<typeof container>[0] = {}): Promise<void> {
    store.follow(pod, container({ state: 'exited', ...change }));
    await store.drained(change.id ?? 'c0ffee', EVER, signal);
  }

  it('lie where a Kubernetes node has them, with a link by container', async () => {
    await pump({ attempt: 3 });
    const path = join(podDirectory, 'app', '3.log');
    expect(await readFile(path, 'utf8')).toMatch(/ stdout F hello\n$/);
    const link = join(root, 'containers', 'web_default_app-c0ffee.log');
    expect(await readlink(link)).toBe('../pods/default_web_a1b2/app/3.log');
    expect((await stat(link)).ino).toBe((await stat(path)).ino);
    expect(await readdir(join(root, 'containers'))).toHaveLength(1);
  });

  it('are waited for no longer than somebody will, who is told whether they are complete', async () => {
    store.follow(pod, container());
    const waiting = store.drained('c0ffee', 1_000, signal);
    await clock.advance(1_000);
    expect(await waiting).toBe(false);
    streams.end();
    expect(await store.drained('c0ffee', EVER, signal)).toBe(true);
    expect(await store.drained('of nobody', EVER, signal)).toBe(true);
  });

  it('exist, empty, for a container that has printed nothing', async () => {
    streams.records.length = 0;
    await pump();
    expect(await readFile(join(podDirectory, 'app', '0.log'), 'utf8')).toBe('');
    expect(await store.highestAttempt(pod, 'app')).toBe(0);
  });

  it('have names a file system takes, however long those of the pod are', async () => {
    const long = { uid: 'a'.repeat(36), namespace: 'n'.repeat(63), name: 'p'.repeat(253) };
    store.follow(long, container({ state: 'exited', id: 'd'.repeat(64) }));
    await store.drained('d'.repeat(64), EVER, signal);
    expect(await store.highestAttempt(long, 'app')).toBe(0);
    expect(await readdir(join(root, 'containers'))).toHaveLength(1);
    await store.removePod(long);
    expect(await readdir(join(root, 'pods'))).toEqual([]);
    expect(await readdir(join(root, 'containers'))).toEqual([]);
  });

  it('are written without links when links cannot be made', async () => {
    await writeFile(join(root, 'containers'), 'in the way');
    await pump();
    expect(await readFile(join(podDirectory, 'app', '0.log'), 'utf8')).toMatch(/hello/);
    await store.removePod(pod);
  });

  it('never lie outside their directory', () => {
    for (const name of ['..', '../x', '', 'a/b', 'a\0b']) {
      expect(() => store.follow(pod, container({ name }))).toThrow('is not a file name');
    }
  });

  it('say the highest attempt, also when only a rotated file of it is left', async () => {
    expect(await store.highestAttempt(pod, 'app')).toBeUndefined();
    await mkdir(join(podDirectory, 'app'), { recursive: true });
    for (const name of ['2.log', '10.log.20260101-000000.gz', '11.logs', 'x.log'])
      await writeFile(join(podDirectory, 'app', name), '');
    expect(await store.highestAttempt(pod, 'app')).toBe(10);
  });

  it('of one instance are removed with its rotated files and its link, and no others', async () => {
    await pump();
    await pump({ id: 'beef', attempt: 1 });
    const directory = join(podDirectory, 'app');
    await writeFile(join(directory, '0.log.20260101-000000.gz'), '');
    await writeFile(join(directory, '10.log'), '');
    await store.removeInstance(app, 'c0ffee');
    await store.removeInstance(app, 'c0ffee');
    expect((await readdir(directory)).sort()).toEqual(['1.log', '10.log']);
    expect(await readdir(join(root, 'containers'))).toEqual(['web_default_app-beef.log']);
  });

  it('of a pod are removed with its links, while pumps and followers are at work', async () => {
    const other = { ...pod, uid: 'other' };
    store.follow(other, container({ id: 'beef' }));
    store.follow(pod, container());
    const reading = store.read(app, { follow: true, timestamps: false }, () => true, signal);
    const chunks: string[] = [];
    for await (const chunk of reading) {
      chunks.push(chunk.toString());
      await store.removePod(pod);
    }
    expect(chunks).toEqual(['hello\n']);
    expect(await readdir(join(root, 'pods'))).toEqual(['default_web_other']);
    await store.removePod(pod);
    await store.stop();
    expect(await readdir(join(root, 'containers'))).toEqual(['web_default_app-beef.log']);
  });

  it('of a pod are removed with a link that a killed agent had only begun to make, and not with those of others', async () => {
    await pump();
    const links = join(root, 'containers');
    await symlink('../pods/default_web_a1b2/app/0.log', join(links, '.c0ffee.tmp'));
    await symlink('../pods/default_web_other/app/0.log', join(links, '.beef.tmp'));
    await store.removePod(pod);
    expect(await readdir(links)).toEqual(['.beef.tmp']);
  });

  it('are removed without following links', async () => {
    const elsewhere = join(root, 'elsewhere');
    await mkdir(join(elsewhere, 'app'), { recursive: true });
    await writeFile(join(elsewhere, 'app', '0.log'), 'precious');
    await mkdir(podDirectory, { recursive: true });
    await symlink(join(elsewhere, 'app'), join(podDirectory, 'app'));
    await store.removeInstance(app, 'c0ffee');
    await store.removePod(pod);
    await symlink(elsewhere, podDirectory);
    await store.removeInstance(app, 'c0ffee');
    await store.removePod(pod);
    await expect(lstat(podDirectory)).rejects.toThrow('ENOENT');
    expect(await readFile(join(elsewhere, 'app', '0.log'), 'utf8')).toBe('precious');
  });

  it('have one writer at a time, also when a second container takes the same place', async () => {
    store.follow(pod, container());
    streams.end();
    const second = new ScriptedLogs();
    second.push(record(5e9, 'again'));
    store.follow(pod, container({ id: 'beef' }));
    await store.drained('beef', EVER, signal);
    const text = await readFile(join(podDirectory, 'app', '0.log'), 'utf8');
    expect(text.split('\n')).toHaveLength(2);
  });

  it('cost nothing more once the store is stopped', async () => {
    store.follow(pod, container());
    await store.stop();
    store.follow(pod, container({ id: 'beef' }));
    await store.drained('beef', EVER, signal);
    expect(streams.since.length).toBeLessThanOrEqual(1);
  });
});
