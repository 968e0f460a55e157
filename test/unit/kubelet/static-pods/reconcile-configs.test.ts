import { describe, expect, it } from '@jest/globals';
import type { ConfigObject } from '../../../../src/api/config-object.js';
import type { PersistentVolumeClaim } from '../../../../src/api/schema/claim.js';
import { CONFIG_SOURCE, MANIFEST } from '../../../../src/kubelet/static-pods/pod-source.js';
import { reconcileConfigs } from '../../../../src/kubelet/static-pods/reconcile-configs.js';
import { aConfigMap, aSecret } from '../../../support/builders.js';

const from = <T extends ConfigObject>(object: T, source = 'file', more: Partial<T['metadata']> = {}): T => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { [CONFIG_SOURCE]: source, [MANIFEST]: '/pods/a.yaml' },
    ...more,
  },
});
const stored = <T extends ConfigObject>(object: T): T => ({
  ...object,
  metadata: { ...object.metadata, uid: 'u', resourceVersion: '7' },
});

/** The outcome as text: `create ConfigMap/a`. */
function outcome(configs: ConfigObject[], there: ConfigObject[], unread: string[] = []): string[] {
  const changes = reconcileConfigs('file', { configs, unread }, there);
  return Object.entries(changes).flatMap(([what, objects]: [string, readonly ConfigObject[]]) =>
    objects.map(({ kind, metadata }) => `${what} ${kind}/${metadata.name}`),
  );
}

const a = from(aConfigMap('a', { k: '1' }));

describe('what a source changes of the objects pods use', () => {
  it.each<[string, ConfigObject[], ConfigObject[], string[]]>([
    ['makes what is not there', [a], [], ['create ConfigMap/a']],
    [
      'takes another kind for another object',
      [a],
      [stored(from(aSecret('a', {})))],
      ['create ConfigMap/a', 'remove Secret/a'],
    ],
    ['leaves alone what is as it should be', [a], [stored(a)], []],
    ['changes what is edited', [from(aConfigMap('a', { k: '2' }))], [stored(a)], ['update ConfigMap/a']],
    ['puts labels back', [a], [stored(from(a, 'file', { labels: { x: 'y' } }))], ['update ConfigMap/a']],
    ['removes what is no longer wanted', [], [stored(a)], ['remove ConfigMap/a']],
    ['leaves objects of the API alone', [a], [stored(aConfigMap('a', {}))], ['conflicts ConfigMap/a']],
    [
      'leaves objects of other sources alone',
      [a],
      [stored(from(aConfigMap('a', {}), 'http'))],
      ['conflicts ConfigMap/a'],
    ],
    [
      'does not remove what it did not make',
      [],
      [stored(aConfigMap('a', {})), stored(from(aSecret('b', {}), 'http'))],
      [],
    ],
    [
      'waits for one that is leaving',
      [a],
      [stored(from(a, 'file', { deletionTimestamp: '2026-01-01T00:00:00Z' }))],
      [],
    ],
  ])('%s', (_what, configs, there, wanted) => {
    expect(outcome(configs, there)).toEqual(wanted);
  });

  it('keeps what comes from a file that cannot be read', () => {
    expect(outcome([], [stored(a)], ['/pods/a.yaml'])).toEqual([]);
    expect(outcome([], [stored(a)], ['/pods'])).toEqual([]);
    expect(outcome([], [stored(a)], ['/pods/b.yaml'])).toEqual(['remove ConfigMap/a']);
  });

  it('keeps the identity of an object, and what a claim is bound to', () => {
    const claim = (storage: string): PersistentVolumeClaim =>
      from({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'p', namespace: 'default' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
      });
    const bound = stored(claim('1Gi'));
    const there = { ...bound, spec: { ...bound.spec, volumeName: 'v' }, status: { phase: 'Bound' } };
    expect(reconcileConfigs('file', { configs: [claim('1Gi')], unread: [] }, [there]).update).toEqual([]);
    expect(reconcileConfigs('file', { configs: [claim('2Gi')], unread: [] }, [there]).update).toEqual([
      { ...there, spec: { ...there.spec, resources: { requests: { storage: '2Gi' } } } },
    ]);
  });
});
