import { describe, expect, it } from '@jest/globals';
import { CONFIG_MAPS, configMap, TestApi, type TestWatch } from './harness.js';

const labelled = (name: string, app: string): Record<string, unknown> =>
  configMap(name, { metadata: { name, labels: { app } } });

async function create(api: TestApi, ...names: readonly string[]): Promise<void> {
  for (const name of names) await api.call('POST', CONFIG_MAPS, { body: labelled(name, name) });
}

const relabel = async (api: TestApi, name: string, app: string): Promise<unknown> =>
  api.mergePatch(`${CONFIG_MAPS}/${name}`, { metadata: { labels: { app } } });

describe('a watch', () => {
  it.each([[''], ['?resourceVersion=0'], ['?resourceVersion=']])(
    'with %j tells what is there, then changes',
    async (query) => {
      const api = new TestApi();
      await create(api, 'b', 'a');
      const watch = api.watch(`${CONFIG_MAPS}${query}`);
      expect(await watch.lines(2)).toEqual(['ADDED a 4', 'ADDED b 3']);
      await create(api, 'c');
      await relabel(api, 'a', 'x');
      await api.call('DELETE', `${CONFIG_MAPS}/b`);
      expect(await watch.lines(3)).toEqual(['ADDED c 5', 'MODIFIED a 6', 'DELETED b 7']);
      watch.stop();
    },
  );

  it('from a version tells what came after it', async () => {
    const api = new TestApi();
    await create(api, 'a', 'b', 'c');
    const watch = api.watch(`${CONFIG_MAPS}?resourceVersion=4`);
    expect(await watch.lines(1)).toEqual(['ADDED c 5']);
    watch.stop();
  });

  it('tells whole objects, and of a deleted one the last state under the version of the deletion', async () => {
    const api = new TestApi();
    const watch = api.watch(`${CONFIG_MAPS}?resourceVersion=2`);
    await create(api, 'a');
    await api.call('DELETE', `${CONFIG_MAPS}/a`);
    const metadata = { name: 'a', namespace: 'default', labels: { app: 'a' } };
    expect(await watch.next()).toMatchObject({
      type: 'ADDED',
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata },
    });
    expect(await watch.next()).toMatchObject({
      type: 'DELETED',
      object: { metadata: { ...metadata, resourceVersion: '4' } },
    });
    watch.stop();
  });

  it('that selects sees objects come and go as they begin and cease to match', async () => {
    const api = new TestApi();
    const watch = api.watch(`${CONFIG_MAPS}?resourceVersion=2&labelSelector=app%3Dx`);
    await create(api, 'a');
    await relabel(api, 'a', 'x');
    await api.mergePatch(`${CONFIG_MAPS}/a`, { data: { k: 'v' } });
    await relabel(api, 'a', 'y');
    await api.mergePatch(`${CONFIG_MAPS}/a`, { data: { k: 'w' } });
    await relabel(api, 'a', 'x');
    await api.call('DELETE', `${CONFIG_MAPS}/a`);
    expect(await watch.lines(2)).toEqual(['ADDED a 4', 'MODIFIED a 5']);
    // The last state that matched, under the version in which it ceased to.
    expect(await watch.next()).toMatchObject({
      type: 'DELETED',
      object: { metadata: { resourceVersion: '6', labels: { app: 'x' } }, data: { k: 'v' } },
    });
    expect(await watch.lines(2)).toEqual(['ADDED a 8', 'DELETED a 9']);
    watch.stop();
  });

  it('keeps to its namespace', async () => {
    const api = new TestApi();
    const watch = api.watch(`${CONFIG_MAPS}?resourceVersion=2`);
    const all = api.watch('/api/v1/configmaps?resourceVersion=2');
    await api.call('POST', '/api/v1/namespaces/other/configmaps', { body: configMap('theirs') });
    await create(api, 'ours');
    expect(await watch.lines(1)).toEqual(['ADDED ours 4']);
    expect(await all.lines(2)).toEqual(['ADDED theirs 3', 'ADDED ours 4']);
    watch.stop();
    all.stop();
  });

  it('by name swallows nothing', async () => {
    const api = new TestApi();
    await create(api, 'a', 'b');
    const watch = api.watch(`${CONFIG_MAPS}?fieldSelector=metadata.name%3Da&resourceVersion=0`);
    expect(await watch.lines(1)).toEqual(['ADDED a 3']);
    await relabel(api, 'b', 'x');
    await relabel(api, 'a', 'x');
    expect(await watch.lines(1)).toEqual(['MODIFIED a 6']);
    watch.stop();
  });

  it('ends when the client goes', async () => {
    const api = new TestApi();
    const watch = api.watch(CONFIG_MAPS);
    const end = watch.next();
    watch.stop();
    expect(await end).toBeUndefined();
  });

  it('ends after the time it asked for, with a bookmark if it takes one', async () => {
    const api = new TestApi();
    const plain = api.watch(`${CONFIG_MAPS}?timeoutSeconds=10`).next();
    const marked = api.watch(`${CONFIG_MAPS}?timeoutSeconds=10&allowWatchBookmarks=true`);
    const bookmark = marked.next();
    await api.clock.advance(9_999);
    await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'unrelated' } } });
    await api.clock.advance(1);
    expect(await plain).toBeUndefined();
    expect(await bookmark).toEqual({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: '3', creationTimestamp: null } },
    });
    expect(await marked.next()).toBeUndefined();
  });

  it('gets a bookmark each minute, so that it can go on although nothing of its kind happens', async () => {
    const api = new TestApi({ historyLimit: 5 });
    const watch = api.watch(`${CONFIG_MAPS}?allowWatchBookmarks=true`);
    for (let minute = 1; minute <= 3; minute += 1) {
      const bookmark = watch.lines(1);
      for (let n = 0; n < 4; n += 1)
        await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: `n${minute}-${n}` } } });
      await api.clock.advance(60_000);
      expect(await bookmark).toEqual([`BOOKMARK ${2 + 4 * minute}`]);
    }
    const change = watch.lines(1);
    await create(api, 'a');
    expect(await change).toEqual(['ADDED a 15']);
    watch.stop();
  });

  it('that wants initial events gets a bookmark where they end', async () => {
    const api = new TestApi();
    await create(api, 'a');
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = api.watch(`${CONFIG_MAPS}?${query}`);
    expect(await watch.lines(1)).toEqual(['ADDED a 3']);
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { resourceVersion: '3', annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    await create(api, 'b');
    expect(await watch.lines(1)).toEqual(['ADDED b 4']);
    watch.stop();
  });

  it('that wants none hears changes from now on', async () => {
    const api = new TestApi();
    await create(api, 'a');
    const watch = api.watch(`${CONFIG_MAPS}?sendInitialEvents=false&resourceVersionMatch=NotOlderThan`);
    const line = watch.lines(1);
    await create(api, 'b');
    expect(await line).toEqual(['ADDED b 4']);
    watch.stop();
  });

  it.each([
    ['watch=true&sendInitialEvents=true', 422],
    ['watch=true&resourceVersionMatch=NotOlderThan', 422],
    ['watch=true&resourceVersion=x', 400],
    ['watch=true&timeoutSeconds=x', 400],
    ['watch=perhaps', 400],
    ['watch=1&fieldSelector=foo%3Dbar', 400],
  ])('with %s is refused', async (query, code) => {
    expect((await new TestApi().call('GET', `${CONFIG_MAPS}?${query}`)).object).toMatchObject({ kind: 'Status', code });
  });

  it('from a forgotten version ends with 410 as an event', async () => {
    const api = new TestApi({ historyLimit: 2 });
    await create(api, 'a', 'b', 'c');
    const watch = api.watch(`${CONFIG_MAPS}?resourceVersion=1`);
    expect(await watch.next()).toEqual({
      type: 'ERROR',
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'too old resource version: 1 (3)',
        reason: 'Expired',
        code: 410,
      },
    });
    expect(await watch.next()).toBeUndefined();
  });

  it('that falls behind ends with 410, and disturbs nobody', async () => {
    const api = new TestApi({ historyLimit: 4 });
    const slow = api.watch(CONFIG_MAPS);
    const fast = api.watch(CONFIG_MAPS);
    const seen: string[] = [];
    const first = slow.lines(1);
    for (let n = 0; n < 8; n += 1) {
      const line = fast.lines(1);
      await create(api, `a${n}`);
      seen.push(...(await line));
    }
    expect(seen).toHaveLength(8);
    expect(await first).toEqual(['ADDED a0 3']);
    expect(await slow.next()).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    expect(await slow.next()).toBeUndefined();
    fast.stop();
  });

  it('as tables tells the columns once', async () => {
    const api = new TestApi();
    await create(api, 'a', 'b');
    const watch = api.watch(CONFIG_MAPS, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    const rows = (name: string): object => [{ cells: [name, 0, '0s'], object: { metadata: { name } } }];
    expect(await watch.next()).toMatchObject({
      type: 'ADDED',
      object: {
        kind: 'Table',
        columnDefinitions: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }],
        rows: rows('a'),
      },
    });
    expect(await watch.next()).toMatchObject({ object: { columnDefinitions: null, rows: rows('b') } });
    watch.stop();
  });

  it('of a thousand has every change, and those of one moment in one piece', async () => {
    const api = new TestApi();
    const watches = Array.from({ length: 1_000 }, () => api.watch(`${CONFIG_MAPS}?resourceVersion=2`));
    const lines = watches.map((watch) => watch.lines(3));
    await api.clock.advance(0);
    await create(api, 'a', 'b', 'c');
    await api.clock.advance(100);
    for (const seen of await Promise.all(lines)) expect(seen).toEqual(['ADDED a 3', 'ADDED b 4', 'ADDED c 5']);
    expect(watches.filter(({ pieces }) => pieces !== 1)).toEqual([]);
    for (const watch of watches) watch.stop();
  });

  it('of a few tells a change at once', async () => {
    const api = new TestApi();
    const watches = Array.from({ length: 9 }, () => api.watch(CONFIG_MAPS));
    const lines = watches.map((watch) => watch.lines(1));
    await create(api, 'a');
    for (const seen of await Promise.all(lines)) expect(seen).toEqual(['ADDED a 3']);
    for (const watch of watches) watch.stop();
  });

  it('as tables writes a row once for all of them, and again when it has aged', async () => {
    const api = new TestApi();
    await create(api, 'a');
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const watches = Array.from({ length: 2 }, () => api.watch(`${CONFIG_MAPS}?resourceVersion=3`, headers));
    // Tells the columns.
    await relabel(api, 'a', 'x');
    for (const watch of watches) await watch.next();
    await relabel(api, 'a', 'y');
    const age = (line: unknown): unknown =>
      (line as { object: { rows: [{ cells: unknown[] }] } }).object.rows[0].cells[2];
    const [first, second] = watches;
    expect(age(await first?.next())).toBe('0s');
    await api.clock.advance(5_000);
    expect(age(await second?.next())).toBe('5s');
    for (const watch of watches) watch.stop();
  });
});

/** A generator of numbers below a bound, the same for the same seed. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SELECTORS = ['', 'labelSelector=app%3Dx', 'labelSelector=app+in+(x,y),!gone', 'fieldSelector=metadata.name!%3Db'];

/** What a client knows at the end of a watch. */
async function follow(watch: TestWatch): Promise<Map<string, unknown>> {
  const known = new Map<string, unknown>();
  for (;;) {
    const line = await watch.next();
    if (line === undefined) return known;
    const { name } = line.object.metadata;
    // What comes has not been there, and what changes or goes has.
    expect([line.type, name, known.has(name)]).toEqual([line.type, name, line.type !== 'ADDED']);
    if (line.type === 'DELETED') known.delete(name);
    else known.set(name, line.object);
  }
}

describe('any sequence of writes seen through a watch', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => [seed]))('ends as the list at its end (seed %i)', async (seed) => {
    const api = new TestApi();
    const random = randomNumbers(seed + 1);
    const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
    const change = async (): Promise<void> => {
      const name = pick(['a', 'b', 'c', 'd']);
      const labels = { app: pick(['x', 'y', 'z']), ...(random(3) === 0 ? { gone: '1' } : { gone: null }) };
      if (random(3) === 0) await api.call('DELETE', `${CONFIG_MAPS}/${name}`);
      else if (random(2) === 0) await api.mergePatch(`${CONFIG_MAPS}/${name}`, { metadata: { labels } });
      else await api.call('POST', CONFIG_MAPS, { body: configMap(name, { metadata: { name, labels } }) });
    };
    for (let n = random(10); n > 0; n -= 1) await change();

    const selectors = SELECTORS.map((selector) => `${CONFIG_MAPS}?${selector}`);
    const ends = selectors.map(async (target) => follow(api.watch(`${target}&timeoutSeconds=60`)));
    for (let n = 30; n > 0; n -= 1) await change();
    await api.clock.advance(60_000);
    for (const [index, known] of (await Promise.all(ends)).entries()) {
      const { items } = (await api.call('GET', selectors[index] ?? '')).object as { items: unknown[] };
      expect([...known.values()].sort(byName)).toEqual(items);
    }
  });
});

const byName = (a: unknown, b: unknown): number => (nameOf(a) < nameOf(b) ? -1 : 1);
const nameOf = (object: unknown): string => (object as { metadata: { name: string } }).metadata.name;
