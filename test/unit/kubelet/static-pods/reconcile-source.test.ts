import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../../src/api/schema/pod.js';
import { CONFIG_SEEN, CONFIG_SOURCE, MANIFEST } from '../../../../src/kubelet/static-pods/pod-source.js';
import { reconcileSource } from '../../../../src/kubelet/static-pods/reconcile-source.js';

interface Made {
  name?: string;
  uid?: string;
  source?: string | null;
  file?: string;
  deleting?: boolean;
  seen?: string;
  labels?: Record<string, string>;
  image?: string;
}

const pod = ({
  name = 'web',
  uid = 'u1',
  source = 'file',
  file = '/pods/a.yaml',
  image = 'i',
  ...more
}: Made = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'default',
    uid,
    ...(more.labels === undefined ? {} : { labels: more.labels }),
    annotations: {
      ...(source === null ? {} : { [CONFIG_SOURCE]: source, [MANIFEST]: file }),
      ...(more.seen === undefined ? {} : { [CONFIG_SEEN]: more.seen }),
    },
    ...(more.deleting === true ? { deletionTimestamp: '2026-01-01T00:00:30Z' } : {}),
  },
  spec: { containers: [{ name: 'app', image }] },
});

/** The outcome as text: `create web/u1`. */
function outcome(desired: Pod[], stored: Pod[], unread: string[] = []): string[] {
  const changes = reconcileSource({ source: 'file', desired: { pods: desired, unread }, stored });
  return Object.entries(changes).flatMap(([what, pods]: [string, readonly Pod[]]) =>
    pods.map(({ metadata }) => `${what} ${metadata.name}/${metadata.uid ?? ''}`),
  );
}

describe('what a source changes in the store', () => {
  it.each<[string, Pod[], Pod[], string[]]>([
    ['nothing when all is as it wants', [pod()], [pod({ seen: 'x' })], []],
    ['creates what is missing', [pod(), pod({ name: 'db', uid: 'u2' })], [pod()], ['create db/u2']],
    ['deletes what vanished', [], [pod()], ['requestDeletion web/u1']],
    ['does not ask again for a deletion', [], [pod({ deleting: true })], []],
    ['deletes an edited pod first', [pod({ uid: 'u2' })], [pod({ uid: 'u1' })], ['requestDeletion web/u1']],
    ['waits until the old one is gone', [pod({ uid: 'u2' })], [pod({ uid: 'u1', deleting: true })], []],
    ['then creates the new one', [pod({ uid: 'u2' })], [], ['create web/u2']],
    ['waits also for one with the same content', [pod()], [pod({ deleting: true })], []],
    ['leaves pods of others alone', [], [pod({ source: null }), pod({ name: 'b', source: 'http' })], []],
    ['yields a name to a pod from elsewhere', [pod({ uid: 'u2' })], [pod({ source: null })], ['conflicts web/u2']],
    ['yields also to another source', [pod({ uid: 'u2' })], [pod({ source: 'http' })], ['conflicts web/u2']],
    [
      'yields even while that one is being deleted',
      [pod({ uid: 'u2' })],
      [pod({ source: null, deleting: true })],
      ['conflicts web/u2'],
    ],
    ['only notes that a file was renamed', [pod({ file: '/pods/b.yaml' })], [pod()], ['update web/u1']],
    ['changes a pod with a uid of its own in place', [pod({ image: 'j' })], [pod()], ['update web/u1']],
    ['changes back what somebody changed', [pod()], [pod({ image: 'hacked' })], ['update web/u1']],
    ['takes labels away', [pod()], [pod({ labels: { a: 'b' } })], ['update web/u1']],
  ])('%s', (_what, desired, stored, wanted) => {
    expect(outcome(desired, stored)).toEqual(wanted);
  });

  it('treats namespaces as different places', () => {
    const other = { ...pod(), metadata: { ...pod().metadata, namespace: 'other', uid: 'u2' } };
    expect(outcome([pod(), other], [pod()])).toEqual(['create web/u2']);
  });

  it('keeps status, version and first sight when it changes a pod in place', () => {
    const stored: Pod = { ...pod({ seen: 'x', labels: { old: '1' } }), status: { phase: 'Running' } };
    stored.metadata.resourceVersion = '7';
    const { update } = reconcileSource({
      source: 'file',
      desired: { pods: [pod({ image: 'j', labels: { new: '1' }, file: '/pods/b.yaml' })], unread: [] },
      stored: [stored],
    });
    expect(update).toMatchObject([
      {
        metadata: {
          resourceVersion: '7',
          labels: { new: '1' },
          annotations: { [CONFIG_SEEN]: 'x', [MANIFEST]: '/pods/b.yaml' },
        },
        spec: { containers: [{ image: 'j' }] },
        status: { phase: 'Running' },
      },
    ]);
    expect(update[0]?.metadata.labels).toEqual({ new: '1' });
  });
});

describe('pods of files that cannot be read', () => {
  it.each<[string, string[], string, string[]]>([
    ['stay', ['/pods/a.yaml'], '/pods/a.yaml', []],
    ['stay when it is the directory', ['/pods'], '/pods/a.yaml', []],
    ['do not keep those of other files', ['/pods/b.yaml'], '/pods/a.yaml', ['requestDeletion web/u1']],
    ['do not keep those of files whose names begin alike', ['/pod'], '/pods/a.yaml', ['requestDeletion web/u1']],
  ])('%s', (_what, unread, file, wanted) => {
    expect(outcome([], [pod({ file })], unread)).toEqual(wanted);
  });

  it('stay when nobody knows their file', () => {
    const orphan = pod();
    orphan.metadata.annotations = { [CONFIG_SOURCE]: 'file' };
    expect(outcome([], [orphan], ['/pods/x.yaml'])).toEqual([]);
    expect(outcome([], [orphan])).toEqual(['requestDeletion web/u1']);
  });

  it('give way when another file has the pod now', () => {
    expect(outcome([pod({ uid: 'u2', file: '/pods/b.yaml' })], [pod()], ['/pods/a.yaml'])).toEqual([
      'requestDeletion web/u1',
    ]);
  });
});
