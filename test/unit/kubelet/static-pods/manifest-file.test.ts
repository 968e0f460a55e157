import { appendFile, mkdir, mkdtemp, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../../src/api/schema/pod.js';
import { ManifestFile, SETTLE_MS, VANISH_MS } from '../../../../src/kubelet/static-pods/manifest-file.js';
import type { ManifestPods } from '../../../../src/kubelet/static-pods/manifest-pods.js';
import { wholeFile } from '../../../../src/kubelet/static-pods/pod-source.js';
import { FakeClock } from '../../../support/fake-clock.js';

let dir: string;
let path: string;
let clock: FakeClock;
let file: ManifestFile;
let reads: number;

/** Every word of the text is a pod; `!` is a problem. */
const parse = (text: string): ManifestPods => {
  reads += 1;
  if (text.includes('!')) return { pods: [], configs: [], problems: [wholeFile(path, 'bad')], warnings: [] };
  const words = text.split(/\s+/).filter((word) => word !== '');
  const pods = words.map((name): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [] },
  }));
  return { pods, configs: [], problems: [], warnings: [] };
};
const pods = (): string[] | undefined => file.pods?.map(({ metadata }) => metadata.name);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-file-'));
  path = join(dir, 'a.yaml');
  // As if the files made here were from the future: their age says nothing.
  clock = new FakeClock(0);
  reads = 0;
  file = new ManifestFile(path, clock, parse);
});
afterEach(() => rm(dir, { recursive: true }));

/** Looks until the content is taken over. */
async function settled(): Promise<void> {
  await file.look(false);
  await clock.advance(SETTLE_MS);
  expect(await file.look(false)).toBe('settled');
}

describe('a file', () => {
  it('is read when it has not changed for a while', async () => {
    await writeFile(path, 'one');
    expect(await file.look(false)).toBe('unsettled');
    await clock.advance(SETTLE_MS - 1);
    expect(await file.look(false)).toBe('unsettled');
    expect(reads).toBe(0);
    await clock.advance(1);
    expect(await file.look(false)).toBe('settled');
    expect(pods()).toEqual(['one']);
  });

  it('that is written in pieces is not read before the last one', async () => {
    for (const piece of ['one ', 'two ', 'three ']) {
      await appendFile(path, piece);
      expect(await file.look(false)).toBe('unsettled');
      await clock.advance(SETTLE_MS - 1);
    }
    await clock.advance(1);
    await file.look(false);
    expect(pods()).toEqual(['one', 'two', 'three']);
    expect(reads).toBe(1);
  });

  it('is not read again while it stays as it is', async () => {
    await writeFile(path, 'one');
    await settled();
    await clock.advance(60_000);
    expect(await file.look(false)).toBe('settled');
    expect(reads).toBe(1);
  });

  it('that is old is read at once when the agent has just started', async () => {
    await writeFile(path, 'one');
    const now = new FakeClock(Date.now() + 3_600_000);
    file = new ManifestFile(path, now, parse);
    expect(await file.look(false)).toBe('unsettled');
    expect(await file.look(true)).toBe('settled');
    expect(pods()).toEqual(['one']);
  });

  it('that was just moved here is not old, however old its content is', async () => {
    const other = join(dir, 'other');
    await writeFile(other, 'one');
    await utimes(other, 1, 1);
    await rename(other, path);
    // A second ago it was not here yet: whatever this machine was busy with since, that is not long ago.
    file = new ManifestFile(path, new FakeClock(Date.now() - 1_000), parse);
    expect(await file.look(true)).toBe('unsettled');
  });

  it('keeps its last good pods through a bad content and a refusal, and loses them with the next good one', async () => {
    await writeFile(path, 'one');
    await settled();
    await writeFile(path, 'two!');
    await settled();
    expect(pods()).toEqual(['one']);
    expect(file.problems).toEqual([wholeFile(path, 'bad')]);
    await unlink(path);
    await mkdir(path);
    await settled();
    expect(pods()).toEqual(['one']);
    expect(file.problems).toEqual([wholeFile(path, 'is not a regular file')]);
    await rm(path, { recursive: true });
    await writeFile(path, 'three');
    await settled();
    expect(pods()).toEqual(['three']);
    expect(file.problems).toEqual([]);
  });

  it('has no known pods before the first good content', async () => {
    await writeFile(path, '!');
    await settled();
    expect(file.pods).toBeUndefined();
  });

  it('is gone when it has been for a while, longer than editors take to put a new one there', async () => {
    await writeFile(path, 'one');
    await settled();
    await unlink(path);
    expect(await file.look(false)).toBe('unsettled');
    await clock.advance(VANISH_MS - 1);
    expect(await file.look(false)).toBe('unsettled');
    await writeFile(path, 'two');
    expect(await file.look(false)).toBe('unsettled');
    await unlink(path);
    await clock.advance(1);
    expect(await file.look(false)).toBe('unsettled');
    expect(pods()).toEqual(['one']);
    await clock.advance(VANISH_MS);
    expect(await file.look(false)).toBe('gone');
  });
});
