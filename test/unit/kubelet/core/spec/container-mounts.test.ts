import { describe, expect, it } from '@jest/globals';
import type { Container, Pod, Volume } from '../../../../../src/api/schema/pod.js';
import type { ClaimedVolume } from '../../../../../src/kubelet/core/volumes/claimed-volumes.js';
import { containerMounts } from '../../../../../src/kubelet/core/spec/container-mounts.js';
import type { Mount } from '../../../../../src/runtime/specs.js';
import { aContainer, aPod } from '../../../../support/builders.js';

type VolumeMount = NonNullable<Container['volumeMounts']>[number];

const mountsOf = (pod: Pod, container: Container, claimed: Record<string, ClaimedVolume> = {}): Mount[] =>
  containerMounts({
    pod,
    container,
    claimed: new Map(Object.entries(claimed)),
    images: new Map([['image', 'sha256:1']]),
    env: new Map([
      ['POD', 'web-1'],
      ['UP', '../up'],
      ['ROOT', '/etc'],
      ['EMPTY', ''],
    ]),
  });

describe('mounts of a container', () => {
  const mounts = (volume: Volume, changes: Partial<VolumeMount> = {}): unknown => {
    const container = aContainer('app', { volumeMounts: [{ name: volume.name, mountPath: '/at', ...changes }] });
    return mountsOf(aPod({ volumes: [volume], containers: [container] }), container)[0];
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
    ['DirectoryOrCreate', false],
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
    const volumeMounts = ['b', 'a', 'b'].map((name) => ({ name, mountPath: `/${name}` }));
    const container = aContainer('app', { volumeMounts });
    const targets = mountsOf(aPod({ volumes, containers: [container] }), container).map(({ target }) => target);
    expect(targets).toEqual(['/b', '/a', '/b']);
  });

  it('take an empty subPath for none', () => {
    expect(mounts(emptyDir, { subPath: '', subPathExpr: '' })).toMatchObject({ type: 'volume' });
  });

  it.each(['configMap', 'secret', 'downwardAPI', 'projected'])('of a %s may only be read', (kind) => {
    expect(mounts({ name: 'data', [kind]: {} })).toMatchObject({ type: 'volume', readOnly: true });
  });

  it('of a claim are its volume, or its path', () => {
    const volume = { name: 'data', persistentVolumeClaim: { claimName: 'c' } };
    const container = aContainer('app', { volumeMounts: [{ name: 'data', mountPath: '/at' }] });
    const claim = { uid: 'u', namespace: 'default', name: 'c' };
    const pod = aPod({ volumes: [volume], containers: [container] });
    const engine: ClaimedVolume = { type: 'engine', volume: 'pvc-u', claim, readOnly: true };
    expect(mountsOf(pod, container, { data: engine })).toEqual([
      { type: 'volume', volume: 'pvc-u', target: '/at', readOnly: true },
    ]);
    const host: ClaimedVolume = { type: 'host', path: '/srv', pathType: 'Directory', readOnly: false };
    expect(mountsOf(pod, container, { data: host })).toMatchObject([
      { type: 'bind', source: '/srv', createSource: false, readOnly: false },
    ]);
  });

  it('of an image are the image, as the engine knows it', () => {
    expect(mounts({ name: 'image', image: { reference: 'data:1' } }, { subPath: 'a' })).toEqual({
      type: 'image',
      image: 'sha256:1',
      target: '/at',
      subPath: { name: 'image', path: 'a' },
    });
  });

  it.each<[VolumeMount['recursiveReadOnly'], string | undefined]>([
    [undefined, undefined],
    ['Disabled', 'no'],
    ['IfPossible', 'if-possible'],
    ['Enabled', 'yes'],
  ])('that are read-only all the way down (%s): %s', (recursiveReadOnly, wanted) => {
    const changes = recursiveReadOnly === undefined ? {} : { recursiveReadOnly };
    const mount = mounts({ name: 'h', hostPath: { path: '/srv' } }, { readOnly: true, ...changes });
    expect((mount as { recursiveReadOnly?: string }).recursiveReadOnly).toBe(wanted);
  });

  it.each<[Partial<VolumeMount>, string]>([
    [{ subPath: 'a/b' }, 'a/b'],
    [{ subPathExpr: 'logs/$(POD)' }, 'logs/web-1'],
    [{ subPathExpr: 'logs/$$(POD)' }, 'logs/$(POD)'],
  ])('of a part %j name the part %s', (changes, path) => {
    expect(mounts(emptyDir, changes)).toMatchObject({ subPath: { name: 'data', path } });
  });

  it.each<[string, Partial<VolumeMount>, string]>([
    ['without a value', { subPathExpr: '$(NONE)/$(EMPTY)/$(NONE)' }, 'missing value for EMPTY, NONE'],
    ['that climbs out', { subPathExpr: '$(UP)' }, "unable to provision SubPath `../up`: must not contain '..'"],
    ['that is absolute', { subPathExpr: '$(ROOT)' }, 'error SubPath `/etc` must not be an absolute path'],
  ])('refuse a part %s', (_what, changes, message) => {
    expect(() => mounts(emptyDir, changes)).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });

  it('refuse a volume the pod does not have', () => {
    const container = aContainer('app', { volumeMounts: [{ name: 'nope', mountPath: '/at' }] });
    const message = 'cannot find volume "nope" to mount into container "app"';
    expect(() => mountsOf(aPod(), container)).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });

  it.each(['nfs', 'csi', 'iscsi'])('refuse a volume of kind %s by name', (kind) => {
    const message = `volume "data" of container "app" is of kind ${kind}, which cannot be mounted here`;
    expect(() => mounts({ name: 'data', [kind]: {} })).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });

  it('refuse to an ephemeral container what was not set up with the pod', () => {
    const debug = aContainer('debug', { volumeMounts: [{ name: 'data', mountPath: '/at' }] });
    expect(() => mountsOf(aPod({ volumes: [emptyDir] }), debug)).toThrow(/^cannot mount volume "data" into "debug"/);
  });
});
