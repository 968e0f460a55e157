import { describe, expect, it } from '@jest/globals';
import type { Container, Pod, Volume } from '../../../../../src/api/schema/pod.js';
import type { ClaimedVolume } from '../../../../../src/kubelet/core/volumes/claimed-volumes.js';
import { podVolumes, type PlannedVolume } from '../../../../../src/kubelet/core/volumes/volume-plan.js';
import { aContainer, aPod } from '../../../../support/builders.js';

const mounting = (...names: string[]): Container =>
  aContainer('app', { volumeMounts: names.map((name) => ({ name, mountPath: `/${name}` })) });
const withVolumes = (volumes: Volume[], spec: Partial<Pod['spec']> = {}): Pod =>
  aPod({ volumes, containers: [mounting(...volumes.map(({ name }) => name))], ...spec });
const plan = (pod: Pod, claimed: Record<string, ClaimedVolume> = {}): PlannedVolume[] =>
  podVolumes(pod, { claimed: new Map(Object.entries(claimed)), allocatable: { memory: '4Gi' } });

describe('volumes made before the sandbox', () => {
  it.each<[string, Omit<Volume, 'name'>, number | undefined]>([
    ['an emptyDir', { emptyDir: {} }, undefined],
    ['an emptyDir with a size, which no engine enforces', { emptyDir: { sizeLimit: '1Gi' } }, undefined],
    ['an emptyDir in memory', { emptyDir: { medium: 'Memory' } }, 4_294_967_296],
    ['an emptyDir in memory of a size', { emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } }, 67_108_864],
    ['a configMap', { configMap: { name: 'c' } }, undefined],
    ['a secret, in memory', { secret: { secretName: 's' } }, 0],
    ['a downwardAPI, in memory', { downwardAPI: {} }, 0],
    ['a projected volume, in memory', { projected: { sources: [] } }, 0],
  ])('are there for %s', (_what, source, tmpfsBytes) => {
    const name = 'kubelette_data_uid-1';
    const engine = { name, podUid: 'uid-1', ...(tmpfsBytes === undefined ? {} : { tmpfsBytes }) };
    const root = { keep: false, mode: 0o777, uid: 0, gid: 0 };
    expect(plan(withVolumes([{ name: 'data', ...source }]))).toEqual([
      { engine, sandbox: { type: 'volume', volume: name, name: 'data', root } },
    ]);
  });

  it('belong to the group of the pod', () => {
    const pod = withVolumes([{ name: 'data', emptyDir: {} }], { securityContext: { fsGroup: 2000 } });
    expect(plan(pod)[0]?.sandbox).toMatchObject({ root: { keep: false, mode: 0o2777, uid: 0, gid: 2000 } });
  });

  it.each<[string, Pod['spec']['securityContext'], boolean, unknown]>([
    ['as it is', undefined, false, { keep: true }],
    ['with all in it given to the group', { fsGroup: 9 }, false, { keep: true, group: { gid: 9, policy: 'always' } }],
    [
      'given to the group unless it is already',
      { fsGroup: 9, fsGroupChangePolicy: 'OnRootMismatch' },
      false,
      { keep: true, group: { gid: 9, policy: 'mismatch' } },
    ],
    ['as it is when it may only be read', { fsGroup: 9 }, true, { keep: true }],
  ])('of a claim outlive the pod: %s', (_what, securityContext, readOnly, root) => {
    const claim = { uid: 'c', namespace: 'default', name: 'data' };
    const spec = securityContext === undefined ? {} : { securityContext };
    const pod = withVolumes([{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }], spec);
    expect(plan(pod, { data: { type: 'engine', volume: 'pvc-c', claim, readOnly } })).toEqual([
      { engine: { name: 'pvc-c', claim }, sandbox: { type: 'volume', volume: 'pvc-c', name: 'data', root } },
    ]);
  });

  it('are only those that some container mounts', () => {
    const pod = aPod({
      volumes: ['a', 'b', 'c'].map((name) => ({ name, emptyDir: {} })),
      containers: [mounting('c')],
      initContainers: [mounting('a')],
    });
    expect(plan(pod).map(({ sandbox }) => sandbox.name)).toEqual(['a', 'c']);
  });

  it('are made once however many containers mount them', () => {
    const pod = aPod({ volumes: [{ name: 'a', emptyDir: {} }], containers: [mounting('a'), mounting('a', 'a')] });
    expect(plan(pod)).toHaveLength(1);
  });

  it('are no host paths, but the sandbox has one of which a part is mounted', () => {
    const volumes = [{ name: 'h', hostPath: { path: '/srv' } }];
    expect(plan(withVolumes(volumes))).toEqual([]);
    const part = aContainer('app', { volumeMounts: [{ name: 'h', mountPath: '/h', subPath: 'www' }] });
    expect(plan(withVolumes(volumes, { containers: [part] }))).toEqual([
      { sandbox: { type: 'bind', source: '/srv', name: 'h' } },
    ]);
  });

  it('are none in a pod without volumes', () => {
    expect(plan(aPod())).toEqual([]);
  });
});
