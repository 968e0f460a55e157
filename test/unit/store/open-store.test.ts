import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/schema/meta.js';
import { silentLogger, type Logger } from '../../../src/lib/logger.js';
import { openStore, type OpenedStore } from '../../../src/store/open-store.js';
import { FakeClock } from '../../support/fake-clock.js';

type Thing = KubeObject & { value: string };

const thing = (name: string, value = ''): Thing => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace: 'default' },
  value,
});

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubelette-store-'));
  path = join(dir, 'objects.jsonl');
});
afterEach(() => rm(dir, { recursive: true }));

const open = (logger: Logger = silentLogger): Promise<OpenedStore> =>
  openStore({ dir, clock: new FakeClock(), logger });
const contents = (store: OpenedStore): string[] =>
  store.list<Thing>('Thing').items.map(({ metadata, value }) => `${metadata.name}=${value}`);

describe('a store with a journal', () => {
  it('holds after a crash what was durable before it', async () => {
    const first = await open();
    expect(first.origin).toBe('none');
    const a = first.create(thing('a', '1'));
    first.create(thing('b', '1'));
    first.update(thing('a', '2'));
    first.remove('Thing', 'default/b');
    await first.flushed();

    // No close: the first one was killed.
    const second = await open();
    expect(second.origin).toBe('journal');
    expect(contents(second)).toEqual(['a=2']);
    expect(second.get('Thing', 'default/a')?.metadata.uid).toBe(a.metadata.uid);
    await second.close();
    await first.close();
  });

  it('never gives a revision twice, not even one that was lost', async () => {
    let highest = 0;
    for (let start = 0; start < 4; start += 1) {
      const store = await open();
      expect(store.revision).toBeGreaterThan(highest);
      store.create(thing(`t${start}`));
      store.remove('Thing', `default/t${start}`);
      highest = store.revision;
      await store.close();
      // The last start's changes never reached the disk, as if the power had failed.
      if (start === 2) await truncate(path, (await readFile(path)).indexOf(0x0a) + 1);
    }
  });

  it('refuses to watch from a revision of an earlier start', async () => {
    const first = await open();
    first.create(thing('a'));
    const { resourceVersion } = first.list('Thing');
    await first.close();
    const second = await open();
    expect(() => second.watch('Thing', resourceVersion, new AbortController().signal)).toThrow('too old');
    await second.close();
  });

  it('does not write events', async () => {
    const store = await open();
    store.create({ ...thing('e'), kind: 'Event' });
    await store.flushed();
    await store.close();
    expect(await readFile(path, 'utf8')).not.toContain('Event');
  });

  it('writes private files and keeps the previous generation', async () => {
    const first = await open();
    first.create(thing('old'));
    await first.close();
    await (await open()).close();
    expect((await readdir(dir)).sort()).toEqual(['objects.jsonl', 'objects.jsonl.previous']);
    for (const name of await readdir(dir)) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
    expect(await readFile(`${path}.previous`, 'utf8')).toContain('"old"');
  });

  it('compacts at start', async () => {
    const first = await open();
    for (let n = 0; n < 50; n += 1) {
      if (n === 0) first.create(thing('a', 'x'.repeat(100)));
      else first.update(thing('a', `${n}`.repeat(100)));
    }
    await first.close();
    const before = (await stat(path)).size;
    await (await open()).close();
    expect((await stat(path)).size).toBeLessThan(before / 20);
  });

  it('killed at any byte of a write, opens with a state the store had', async () => {
    const first = await open();
    await first.flushed();
    const start = (await stat(path)).size;
    const states = new Set<string>([JSON.stringify(contents(first))]);
    const changes = [
      () => first.create(thing('a', 'é')),
      () => first.create(thing('b')),
      () => first.update(thing('a', '2')),
      () => first.remove('Thing', 'default/b'),
    ];
    for (const change of changes) {
      change();
      states.add(JSON.stringify(contents(first)));
      // Two batches of two.
      if (states.size === 3) await first.flushed();
    }
    await first.close();
    const whole = await readFile(path);
    const reached = new Set<string>();
    for (let length = start; length <= whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      const store = await open();
      expect(store.origin).toBe('journal');
      reached.add(JSON.stringify(contents(store)));
      await store.close();
    }
    expect(reached).toEqual(states);
  });

  it('sets an unreadable file aside, says so, and starts empty with higher revisions', async () => {
    const first = await open();
    first.create(thing('a'));
    const { revision } = first;
    await first.close();
    await (await open()).close();
    for (const n of [1, 2]) {
      const damaged = Buffer.from(await readFile(path));
      damaged[3] = 0;
      await writeFile(path, damaged);
      const logged: string[] = [];
      const store = await open({
        ...silentLogger,
        error: (_: object, text: string) => logged.push(text),
      } as unknown as Logger);
      expect(store.origin).toBe('damaged');
      expect(contents(store)).toEqual([]);
      expect(store.revision).toBeGreaterThan(revision);
      expect(logged).toEqual(['the stored objects are damaged: set aside, starting without them']);
      expect(await readFile(`${path}.corrupt-${n}`)).toEqual(damaged);
      await store.close();
    }
  });

  it('treats an empty file as unreadable', async () => {
    await writeFile(path, '');
    const store = await open();
    expect(store.origin).toBe('damaged');
    await store.close();
  });

  it('drops garbage an interrupted write left and goes on in a clean file', async () => {
    const first = await open();
    first.create(thing('a'));
    await first.close();
    await appendFile(path, '\0\0\0\0garbage');
    const second = await open();
    expect(contents(second)).toEqual(['a=']);
    second.create(thing('b'));
    await second.close();
    const third = await open();
    expect(contents(third)).toEqual(['a=', 'b=']);
    await third.close();
  });

  it('does not start when the file is there but cannot be read', async () => {
    await rm(path, { force: true });
    await mkdir(path);
    await expect(open()).rejects.toMatchObject({ code: 'Unavailable' });
  });
});

describe('a store without a journal', () => {
  it('is durable at once, there being nothing to wait for', async () => {
    const store = await openStore({ clock: new FakeClock(), logger: silentLogger });
    store.create(thing('a'));
    await store.flushed();
    expect(store.revision).toBe(1);
    await store.close();
  });
});
