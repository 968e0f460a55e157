import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/schema/meta.js';
import { MemoryStore } from '../../../src/store/memory-store.js';
import { FakeClock } from '../../support/fake-clock.js';

interface Thing extends KubeObject {
  spec?: { size: number; tags?: string[] };
  status?: { phase: string };
}

const thing = (name: string, more: Partial<Thing> = {}): Thing => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace: 'default' },
  ...more,
});

function newStore(historyLimit = 100, revision = 0): MemoryStore {
  return new MemoryStore({ clock: new FakeClock(), historyLimit, revision, objects: [] });
}

describe('creating', () => {
  it('fills uid, creation time, generation and the resource version', () => {
    const store = newStore();
    const created = store.create(thing('a', { spec: { size: 1 } }));
    expect(created.metadata).toEqual({
      name: 'a',
      namespace: 'default',
      uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 1,
      resourceVersion: '1',
    });
    expect(store.get('Thing', 'default/a')).toBe(created);
  });

  it('keeps a uid and creation time that are given', () => {
    const given = { name: 'a', uid: 'u', creationTimestamp: '2020-01-01T00:00:00Z' };
    expect(newStore().create({ ...thing('a'), metadata: given }).metadata).toEqual({ ...given, resourceVersion: '1' });
  });

  it('refuses a name that is taken, in the words of the API server', () => {
    const store = newStore();
    store.create(thing('a'));
    expect(() => store.create(thing('a'))).toThrow(
      expect.objectContaining({ code: 'AlreadyExists', message: 'things "a" already exists' }),
    );
    store.create({ ...thing('a'), metadata: { name: 'a', namespace: 'other' } });
    expect(store.list('Thing').items).toHaveLength(2);
  });

  it('freezes deeply and leaves the caller’s object alone', () => {
    const store = newStore();
    const mine = thing('a', { spec: { size: 1, tags: ['x'] } });
    const created = store.create(mine);
    mine.spec?.tags?.push('y');
    expect(created.spec).toEqual({ size: 1, tags: ['x'] });
    expect(() => created.spec?.tags?.push('z')).toThrow(TypeError);
    expect(() => {
      created.metadata.name = 'b';
    }).toThrow(TypeError);
  });

  it('keeps a key named __proto__ a key', () => {
    const labels = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    const created = newStore().create({ ...thing('a'), metadata: { name: 'a', labels } });
    expect(Object.keys(created.metadata.labels)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(created.metadata.labels)).toBe(Object.prototype);
  });
});

describe('updating', () => {
  it('bumps the generation with the spec, not with the status', () => {
    const store = newStore();
    const created = store.create(thing('a', { spec: { size: 1 } }));
    const ready = store.update({ ...created, status: { phase: 'Ready' } });
    expect(ready.metadata).toMatchObject({ generation: 1, resourceVersion: '2' });
    const bigger = store.update({ ...ready, spec: { size: 2 } });
    expect(bigger.metadata).toMatchObject({ generation: 2, resourceVersion: '3' });
  });

  it('bumps the generation when deletion begins', () => {
    const store = newStore();
    const created = store.create(thing('a', { spec: { size: 1 } }));
    const deleting = store.update({
      ...created,
      metadata: { ...created.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' },
    });
    expect(deleting.metadata.generation).toBe(2);
  });

  it('never takes back a deletion, nor changes identity or age', () => {
    const store = newStore();
    const created = store.create(thing('a'));
    store.update({
      ...created,
      metadata: { ...created.metadata, deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 },
    });
    const late = store.update({ ...thing('a'), status: { phase: 'Ready' } });
    expect(late.metadata).toMatchObject({
      uid: created.metadata.uid,
      creationTimestamp: created.metadata.creationTimestamp,
      deletionTimestamp: '2026-01-01T00:00:30Z',
      deletionGracePeriodSeconds: 30,
    });
  });

  it('refuses a stale version, another uid and an unknown name', () => {
    const store = newStore();
    const first = store.create(thing('a'));
    store.update({ ...first, status: { phase: 'Ready' } });
    expect(() => store.update({ ...first, status: { phase: 'Late' } })).toThrow(
      expect.objectContaining({
        code: 'Conflict',
        message: expect.stringContaining('has been modified'),
      }),
    );
    expect(() => store.update({ ...thing('a'), metadata: { name: 'a', namespace: 'default', uid: 'z' } })).toThrow(
      expect.objectContaining({
        code: 'Conflict',
        message: expect.stringContaining('Precondition failed: UID'),
      }),
    );
    expect(() => store.update(thing('b'))).toThrow(
      expect.objectContaining({ code: 'NotFound', message: 'things "b" not found' }),
    );
  });

  it('changes nothing when nothing is different', () => {
    const store = newStore();
    const created = store.create(thing('a', { status: { phase: 'Ready' } }));
    expect(store.update({ ...created, status: { phase: 'Ready' } })).toBe(created);
    expect(store.revision).toBe(1);
  });

  it('shares the parts that did not change', () => {
    const store = newStore();
    const created = store.create(thing('a', { spec: { size: 1 } }));
    expect(store.update({ ...created, status: { phase: 'Ready' } }).spec).toBe(created.spec);
  });
});

describe('removing', () => {
  it('honours preconditions', () => {
    const store = newStore();
    const { metadata } = store.create(thing('a'));
    const conflict = expect.objectContaining({ code: 'Conflict' });
    expect(() => store.remove('Thing', 'default/a', { uid: 'other' })).toThrow(conflict);
    expect(() => store.remove('Thing', 'default/a', { resourceVersion: '77' })).toThrow(conflict);
    store.remove('Thing', 'default/a', { uid: metadata.uid ?? '', resourceVersion: '1' });
    expect(store.get('Thing', 'default/a')).toBeUndefined();
    expect(() => store.remove('Thing', 'default/a')).toThrow(
      expect.objectContaining({ code: 'NotFound', message: 'things "a" not found' }),
    );
  });
});

describe('listing', () => {
  it('sorts by namespace and name and tells the revision it is of', () => {
    const store = newStore();
    for (const name of ['b', 'c', 'a']) store.create(thing(name));
    store.create({ ...thing('0'), metadata: { name: '0', namespace: 'other' } });
    expect(store.list('Thing').items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c', '0']);
    expect(store.list('Thing', { namespace: 'other' }).items).toHaveLength(1);
    expect(store.list('Other')).toEqual({ items: [], resourceVersion: '4' });
  });
});

describe('watching', () => {
  const seen = async (store: MemoryStore, since: string, count: number): Promise<string[]> => {
    const events: string[] = [];
    for await (const { type, object } of store.watch<Thing>('Thing', since, new AbortController().signal)) {
      events.push(`${type} ${object.metadata.name} ${object.metadata.resourceVersion ?? ''}`);
      if (events.length === count) break;
    }
    return events;
  };

  it('gives everything after a revision once and in order, then what comes', async () => {
    const store = newStore();
    store.create(thing('a'));
    store.create({ ...thing('x'), kind: 'Other' });
    store.create(thing('b'));
    const events = seen(store, '1', 3);
    store.update(thing('b', { status: { phase: 'Ready' } }));
    await Promise.resolve();
    store.remove('Thing', 'default/a');
    await expect(events).resolves.toEqual(['ADDED b 3', 'MODIFIED b 4', 'DELETED a 5']);
  });

  it('gives every watcher everything, however they interleave', async () => {
    const store = newStore();
    const watchers = [seen(store, '0', 50), seen(store, '0', 50), seen(store, '0', 50)];
    for (let n = 0; n < 50; n += 1) {
      store.create(thing(`t${n}`));
      if (n % 3 === 0) await Promise.resolve();
    }
    const wanted = Array.from({ length: 50 }, (_, n) => `ADDED t${n} ${n + 1}`);
    expect(await Promise.all(watchers)).toEqual([wanted, wanted, wanted]);
  });

  it('ends without an error when the signal aborts, also while it waits', async () => {
    const store = newStore();
    const stop = new AbortController();
    const next = store.watch('Thing', '0', stop.signal)[Symbol.asyncIterator]().next();
    stop.abort();
    await expect(next).resolves.toMatchObject({ done: true });
    const never = store.watch('Thing', '0', stop.signal)[Symbol.asyncIterator]().next();
    await expect(never).resolves.toMatchObject({ done: true });
  });

  it('refuses at once a revision older than the kept history, or not yet there, or not a number', () => {
    const store = newStore(3, 10);
    const { signal } = new AbortController();
    const gone = expect.objectContaining({ code: 'Conflict', details: { reason: 'Gone' } });
    expect(() => store.watch('Thing', '9', signal)).toThrow(gone);
    for (const name of ['a', 'b', 'c', 'd']) store.create(thing(name));
    expect(() => store.watch('Thing', '10', signal)).toThrow('too old resource version: 10 (11)');
    expect(() => store.watch('Thing', '11', signal)).not.toThrow();
    expect(() => store.watch('Thing', '15', signal)).toThrow(gone);
    expect(() => store.watch('Thing', 'x', signal)).toThrow(expect.objectContaining({ code: 'Invalid' }));
  });

  it('tells with a change what was there before', async () => {
    const store = newStore();
    const before = store.create(thing('a'));
    store.update({ ...thing('a'), status: { phase: 'Done' } });
    store.remove('Thing', 'default/a');
    const events = store.watch<Thing>('Thing', '0', new AbortController().signal)[Symbol.asyncIterator]();
    expect((await events.next()).value).not.toHaveProperty('previous');
    expect(await events.next()).toMatchObject({ value: { type: 'MODIFIED', previous: before } });
    expect((await events.next()).value).not.toHaveProperty('previous');
  });

  it('returns at the end the version up to which it has told everything', async () => {
    const store = newStore();
    const stop = new AbortController();
    const events = store.watch<Thing>('Thing', '0', stop.signal)[Symbol.asyncIterator]();
    store.create(thing('a'));
    await events.next();
    store.create({ ...thing('other'), kind: 'Other' });
    const end = events.next();
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    store.create(thing('late'));
    expect(await end).toEqual({ done: true, value: '2' });
  });

  it('tells many at once as far as is wanted, and how far that was', () => {
    const store = newStore();
    for (const name of ['a', 'b', 'c']) store.create(thing(name));
    store.create({ ...thing('x'), kind: 'Other' });
    const told = (since: string, until: string, limit: number): string[] => {
      const { events, resourceVersion } = store.changesAfter('Thing', since, until, limit);
      return [...events.map(({ object }) => object.metadata.name), resourceVersion];
    };
    expect(told('0', '4', 10)).toEqual(['a', 'b', 'c', '4']);
    expect(told('0', '4', 2)).toEqual(['a', 'b', '2']);
    expect(told('1', '2', 10)).toEqual(['b', '2']);
    expect(told('2', '2', 10)).toEqual(['2']);
    expect(told('3', '9', 10)).toEqual(['4']);
  });

  it('ends a watcher that fell behind the history with an error, and no other', async () => {
    const store = newStore(3);
    const { signal } = new AbortController();
    const slow = store.watch('Thing', '0', signal)[Symbol.asyncIterator]();
    const fast = store.watch('Thing', '0', signal)[Symbol.asyncIterator]();
    for (let n = 1; n <= 5; n += 1) {
      store.create(thing(`t${n}`));
      await expect(fast.next()).resolves.toMatchObject({ value: { object: { metadata: { name: `t${n}` } } } });
      if (n === 1) await slow.next();
    }
    await expect(slow.next()).rejects.toMatchObject({ code: 'Conflict', details: { reason: 'Gone' } });
  });
});
