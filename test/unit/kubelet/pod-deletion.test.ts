import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { finishPodDeletion, requestPodDeletion } from '../../../src/kubelet/pod-deletion.js';
import { MemoryStore } from '../../../src/store/memory-store.js';
import { FakeClock } from '../../support/fake-clock.js';

let clock: FakeClock;
let store: MemoryStore;
const create = (spec: Partial<Pod['spec']> = {}): Pod =>
  store.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [], ...spec },
  });
const requested = (graceSeconds?: number): Pod => requestPodDeletion(store, clock, 'default', 'web', graceSeconds);
const mark = (): unknown => {
  const { deletionTimestamp, deletionGracePeriodSeconds } = store.get<Pod>('Pod', 'default/web')?.metadata ?? {};
  return [deletionTimestamp, deletionGracePeriodSeconds];
};

beforeEach(() => {
  clock = new FakeClock(Date.parse('2026-01-01T00:00:00.400Z'));
  store = new MemoryStore({ clock, historyLimit: 100, revision: 0, objects: [] });
});

describe('deleting a pod', () => {
  it.each<[string, number | undefined, number | undefined, unknown]>([
    ['30 s when nobody says otherwise', undefined, undefined, ['2026-01-01T00:00:30Z', 30]],
    ['what the spec says', 5, undefined, ['2026-01-01T00:00:05Z', 5]],
    ['what the caller says, shorter', 60, 2, ['2026-01-01T00:00:02Z', 2]],
    ['what the caller says, longer', 5, 90, ['2026-01-01T00:01:30Z', 90]],
    ['1 s for a negative number', 5, -3, ['2026-01-01T00:00:01Z', 1]],
    ['1 s for a fraction', 5, 0.5, ['2026-01-01T00:00:01Z', 1]],
  ])('grants %s', (_what, spec, given, wanted) => {
    create(spec === undefined ? {} : { terminationGracePeriodSeconds: spec });
    requested(given);
    expect(mark()).toEqual(wanted);
  });

  it('again can only shorten the grace, counted from the first time', async () => {
    create();
    requested(30);
    await clock.advance(10_000);
    requested(60);
    expect(mark()).toEqual(['2026-01-01T00:00:30Z', 30]);
    requested();
    expect(mark()).toEqual(['2026-01-01T00:00:30Z', 30]);
    requested(12);
    expect(mark()).toEqual(['2026-01-01T00:00:12Z', 12]);
    requested(5);
    expect(mark()).toEqual(['2026-01-01T00:00:05Z', 5]);
  });

  it('again with the same grace changes nothing', () => {
    create();
    const first = requested(5);
    expect(requested(5)).toBe(first);
  });

  it.each([
    ['given', 30, 0],
    ['in the spec', 0, undefined],
  ])('with a grace of 0 %s removes the object at once', (_where, spec, given) => {
    const pod = create({ terminationGracePeriodSeconds: spec });
    expect(requested(given)).toBe(pod);
    expect(store.get('Pod', 'default/web')).toBeUndefined();
  });

  it('with a grace of 0 also removes one that is being deleted', () => {
    create();
    requested(30);
    requested(0);
    expect(store.get('Pod', 'default/web')).toBeUndefined();
  });

  it('that has finalizers leaves the object, also when nothing of it runs any more', () => {
    create();
    const stored = store.get<Pod>('Pod', 'default/web');
    if (stored === undefined) throw new Error('there is no pod');
    const { uid = '' } = stored.metadata;
    store.update<Pod>({ ...stored, metadata: { ...stored.metadata, finalizers: ['x.io/hold'] } });
    requested(30);
    finishPodDeletion(store, clock, { name: 'web', namespace: 'default', uid: 'another' });
    expect(mark()).toEqual(['2026-01-01T00:00:30Z', 30]);
    finishPodDeletion(store, clock, { name: 'web', namespace: 'default', uid });
    expect(mark()).toEqual(['2026-01-01T00:00:00Z', 0]);
    requested(0);
    expect(mark()).toEqual(['2026-01-01T00:00:00Z', 0]);
  });

  it('that is not there says so as kubectl shows it', () => {
    expect(() => requestPodDeletion(store, clock, 'default', 'nope')).toThrow(
      expect.objectContaining({ code: 'NotFound', message: 'pods "nope" not found' }),
    );
  });
});
