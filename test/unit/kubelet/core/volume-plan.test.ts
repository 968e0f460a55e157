import { describe, expect, it } from '@jest/globals';
import type { Container, Pod, Volume } from '../../../../src/api/schema/pod.js';
import { containerMounts, podVolumes } from '../../../../src/kubelet/core/volume-plan.js';
import { aContainer, aPod } from '../../../support/builders.js';

type VolumeMount = NonNullable<Container['volumeMounts']>[number];
const mounting = (...names: string[]): Container =>
  aContainer('app', { volumeMounts: names.map((name) => ({ name, mountPath: `/${name}` })) });
const withVolumes = (volumes: Volume[], container = mounting(...volumes.map(({ name }) => name))): Pod =>
  aPod({ volumes, containers: [container] });

describe('volumes made before the sandbox', () => {
  it.each<[string, NonNullable<Volume['emptyDir']>, number | undefined]>([
    ['disk', {}, undefined],
    ['disk with a size, which no engine enforces', { sizeLimit: '1Gi' }, undefined],
    ['memory', { medium: 'Memory' }, 0],
    ['memory of a size', { medium: 'Memory', sizeLimit: '64Mi' }, 67_108_864],
  ])('are emptyDirs: %s', (_what, emptyDir, tmpfsBytes) => {
    expect(podVolumes(withVolumes([{ name: 'data', emptyDir }]))).toEqual([
      {
        engine: {
          name: 'kubelette_data_uid-1',
          podUid: 'uid-1',
          ...(tmpfsBytes === undefined ? {} : { tmpfsBytes }),
        },
        sandbox: { volume: 'kubelette_data_uid-1', name: 'data', mode: 0o777, uid: 0, gid: 0 },
      },
    ]);
  });

  it('are only those that some container mounts', () => {
    const pod = aPod({
      volumes: ['a', 'b', 'c'].map((name) => ({ name, emptyDir: {} })),
      containers: [mounting('c')],
      initContainers: [mounting('a')],
    });
    expect(podVolumes(pod).map(({ sandbox }) => sandbox.name)).toEqual(['a', 'c']);
  });

  it('are made once however many containers mount them', () => {
    const pod = aPod({ volumes: [{ name: 'a', emptyDir: {} }], containers: [mounting('a'), mounting('a', 'a')] });
    expect(podVolumes(pod)).toHaveLength(1);
  });

  it('are no host paths', () => {
    expect(podVolumes(withVolumes([{ name: 'h', hostPath: { path: '/srv' } }]))).toEqual([]);
  });

  it('are none in a pod without volumes', () => {
    expect(podVolumes(aPod())).toEqual([]);
  });
});

describe('mounts of a container', () => {
  const mounts = (volume: Volume, changes: Partial<VolumeMount> = {}): unknown => {
    const container = aContainer('app', { volumeMounts: [{ name: volume.name, mountPath: '/at', ...changes }] });
    return containerMounts(withVolumes([volume], container), container)[0];
  };
  const emptyDir: Volume = { name: 'data', emptyDir: {} };

  it('join the volume of the pod for an emptyDir', () => {
    expect(mounts(emptyDir)).toEqual({
      type: 'volume',
      volume: 'kubelette_data_uid-1',
      target: '/at',
      readOnly: false,
    });
    expect(mounts(emptyDir, { readOnly: true })).toMatchObject({ readOnly: true });
  });

  it('have an absolute target', () => {
    expect(mounts(emptyDir, { mountPath: 'var/data' })).toMatchObject({ target: '/var/data' });
  });

  it.each<[NonNullable<Volume['hostPath']>['type'], boolean]>([
    [undefined, true],
    ['', true],
    ['DirectoryOrCreate', true],
    ['Directory', false],
    ['File', false],
    ['FileOrCreate', false],
    ['Socket', false],
    ['CharDevice', false],
    ['BlockDevice', false],
  ])('of a host path of type %p make a missing directory: %p', (type, createSource) => {
    const hostPath = { path: '/srv/www', ...(type === undefined ? {} : { type }) };
    expect(mounts({ name: 'h', hostPath }, { readOnly: true })).toEqual({
      type: 'bind',
      source: '/srv/www',
      target: '/at',
      readOnly: true,
      createSource,
      propagation: 'rprivate',
    });
  });

  it.each<[NonNullable<VolumeMount['mountPropagation']>, string]>([
    ['None', 'rprivate'],
    ['HostToContainer', 'rslave'],
    ['Bidirectional', 'rshared'],
  ])('of a host path propagate as %s says: %s', (mountPropagation, propagation) => {
    expect(mounts({ name: 'h', hostPath: { path: '/srv' } }, { mountPropagation })).toMatchObject({ propagation });
  });

  it('come in spec order', () => {
    const volumes = ['a', 'b'].map((name) => ({ name, emptyDir: {} }));
    const container = mounting('b', 'a', 'b');
    expect(containerMounts(withVolumes(volumes, container), container).map(({ target }) => target)).toEqual([
      '/b',
      '/a',
      '/b',
    ]);
  });

  it('take an empty subPath for none', () => {
    expect(mounts(emptyDir, { subPath: '', subPathExpr: '' })).toMatchObject({ type: 'volume' });
  });

  it.each<[string, () => unknown, string]>([
    [
      'a volume the pod does not have',
      () => containerMounts(aPod(), mounting('nope')),
      'cannot find volume "nope" to mount into container "app"',
    ],
    [
      'subPath',
      () => mounts(emptyDir, { subPath: 'x' }),
      'volume mount "data" of container "app": subPath is not realised yet',
    ],
    [
      'subPathExpr',
      () => mounts(emptyDir, { subPathExpr: '$(POD)' }),
      'volume mount "data" of container "app": subPath is not realised yet',
    ],
    ...['configMap', 'secret', 'downwardAPI', 'projected', 'persistentVolumeClaim', 'nfs', 'csi'].map(
      (type): [string, () => unknown, string] => [
        type,
        // Whatever is in them, they are named.
        () => mounts({ name: 'data', [type]: {} }),
        `volume "data" of container "app": type ${type} is not realised yet`,
      ],
    ),
    [
      'a volume of no type',
      () => mounts({ name: 'data' }),
      'volume "data" of container "app": type unknown is not realised yet',
    ],
  ])('refuse %s by name', (_what, act, message) => {
    expect(act).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });
});
