import { describe, expect, it } from '@jest/globals';
import type { KubeObject, ObjectMeta } from '../../../../src/api/schema/meta.js';
import { judgeGarbage, type OwnerState } from '../../../../src/apiserver/resources/garbage.js';

const object = (metadata: Partial<ObjectMeta> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', uid: 'self', ...metadata },
});
const ownedBy = (...uids: string[]): Pick<ObjectMeta, 'ownerReferences'> => ({
  ownerReferences: uids.map((uid) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid })),
});
/** In these tests an owner is named for the state it is in. */
const stateOf = ({ uid }: { readonly uid: string }): OwnerState => uid as OwnerState;
const judge = (metadata: Partial<ObjectMeta>, ...dependants: KubeObject[]): unknown =>
  judgeGarbage(object(metadata), stateOf, dependants);

const WAITING = 'waiting for dependants';
const deletionTimestamp = '2026-01-01T00:00:00Z';
const dependant = object(ownedBy('self'));
const blocking = object({
  ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'self', blockOwnerDeletion: true }],
});

describe('garbage', () => {
  it.each<[string, Partial<ObjectMeta>, unknown]>([
    ['what belongs to nobody', {}, undefined],
    ['what has its owner', ownedBy('present'), undefined],
    ['what belongs to a kind that is unknown here', ownedBy('unknown'), undefined],
    ['what has an owner that is gone', ownedBy('gone'), { kind: 'delete' }],
    ['what has only lost owners', ownedBy('gone', WAITING), { kind: 'delete' }],
    ['what has one owner left', ownedBy('present', 'gone'), { kind: 'drop owners', uids: ['gone'] }],
    ['what may have one owner left', ownedBy('unknown', WAITING), { kind: 'drop owners', uids: [WAITING] }],
    ['what goes already', { ...ownedBy('gone'), deletionTimestamp }, undefined],
    ['what sets its dependants free', { deletionTimestamp, finalizers: ['orphan'] }, { kind: 'orphan' }],
    ['what waits for others', { deletionTimestamp, finalizers: ['x.io/hold'] }, undefined],
  ])('is judged right: %s', (_what, metadata, action) => {
    expect(judge(metadata)).toEqual(action);
  });

  it('waits for its own dependants where its owner waits for it', () => {
    expect(judge(ownedBy(WAITING))).toEqual({ kind: 'delete' });
    expect(judge(ownedBy(WAITING), dependant)).toEqual({ kind: 'delete', propagation: 'Foreground' });
    expect(judge(ownedBy('gone'), dependant)).toEqual({ kind: 'delete' });
  });

  it('is let go when nothing blocks it any more', () => {
    const waiting = { deletionTimestamp, finalizers: ['foregroundDeletion', 'x.io/hold'] };
    expect(judge(waiting, dependant, blocking)).toBeUndefined();
    expect(judge(waiting, dependant)).toEqual({ kind: 'release', finalizer: 'foregroundDeletion' });
  });
});
