import { describe, expect, it } from '@jest/globals';
import type { ConfigMap, Secret } from '../../../../../src/api/schema/config.js';
import type { Pod, Volume, VolumeProjection } from '../../../../../src/api/schema/pod.js';
import { projectedFiles } from '../../../../../src/kubelet/core/volumes/projected-files.js';
import type { VolumeContents } from '../../../../../src/runtime/volumes.js';
import { aContainer, aPod } from '../../../../support/builders.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const settings: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { colour: 'red', size: 'große' },
  binaryData: { blob: Buffer.from([0, 255]).toString('base64') },
};
const login: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login' },
  data: { user: base64('me'), password: base64('hush') },
};

function files(source: Omit<Volume, 'name'>, pod: Pod = aPod()): VolumeContents {
  return projectedFiles(
    { name: 'v', ...source },
    {
      pod,
      config: {
        configMap: (name) => (name === 'settings' ? settings : undefined),
        secret: (name) => (name === 'login' ? login : undefined),
      },
      allocatable: { cpu: '2', memory: '4Gi' },
      token: ({ audience = 'api' }) => `token for ${audience}`,
    },
  );
}

const texts = (contents: VolumeContents): Record<string, string> =>
  Object.fromEntries(contents.files.map(({ content, path }) => [path, Buffer.from(content).toString()]));
const modes = (contents: VolumeContents): Record<string, string> =>
  Object.fromEntries(contents.files.map(({ gid, mode, path, uid }) => [path, `${mode.toString(8)} ${uid}:${gid}`]));
const fromSources = (sources: VolumeProjection[], pod?: Pod): VolumeContents => files({ projected: { sources } }, pod);

describe('files of a ConfigMap', () => {
  it('are one for each key, text and bytes', () => {
    const contents = files({ configMap: { name: 'settings' } });
    expect(texts(contents)).toMatchObject({ colour: 'red', size: 'große' });
    expect(contents.files.find(({ path }) => path === 'blob')?.content).toEqual(Uint8Array.from([0, 255]));
    expect(modes(contents)).toEqual({ colour: '644 0:0', size: '644 0:0', blob: '644 0:0' });
    expect(contents.directory).toEqual({ mode: 0o755, uid: 0, gid: 0 });
  });

  it('are the chosen ones, under other names and with other modes', () => {
    const items = [
      { key: 'colour', path: 'paint/../paint/colour' },
      { key: 'size', path: './deep//size', mode: 0o400 },
    ];
    expect(() => files({ configMap: { name: 'settings', items } })).toThrow('invalid path: paint/../paint/colour');
    const contents = files({ configMap: { name: 'settings', items: items.slice(1), defaultMode: 0o600 } });
    expect(modes(contents)).toEqual({ 'deep/size': '400 0:0' });
    const one = files({ configMap: { name: 'settings', items: [{ key: 'colour', path: 'c' }], defaultMode: 0o600 } });
    expect(modes(one)).toEqual({ c: '600 0:0' });
  });

  it.each<[string, NonNullable<Volume['configMap']>, string]>([
    ['it is missing', { name: 'none' }, 'configmap "none" not found'],
    [
      'a key is missing',
      { name: 'settings', items: [{ key: 'none', path: 'x' }] },
      'configmap references non-existent config key: none',
    ],
  ])('are refused when %s, unless that is allowed', (_what, configMap, message) => {
    expect(() => files({ configMap })).toThrow(expect.objectContaining({ code: 'Invalid', message }));
    expect(files({ configMap: { ...configMap, optional: true } }).files).toEqual([]);
  });
});

describe('files of a Secret', () => {
  it('are its decoded entries', () => {
    expect(texts(files({ secret: { secretName: 'login' } }))).toEqual({ user: 'me', password: 'hush' });
  });

  it.each<[string, NonNullable<Volume['secret']>, string]>([
    ['it is missing', { secretName: 'none' }, 'secret "none" not found'],
    [
      'a key is missing',
      { secretName: 'login', items: [{ key: 'none', path: 'x' }] },
      'references non-existent secret key: none',
    ],
  ])('are refused when %s, unless that is allowed', (_what, secret, message) => {
    expect(() => files({ secret })).toThrow(expect.objectContaining({ code: 'Invalid', message }));
    expect(files({ secret: { ...secret, optional: true } }).files).toEqual([]);
  });
});

describe('files of the pod itself', () => {
  const pod = aPod(
    { containers: [aContainer('app', { resources: { requests: { cpu: '250m' } } })] },
    { metadata: { labels: { b: 'two', a: 'o"ne' }, annotations: { note: 'x\ny' } } },
  );

  it('are fields, whole maps as lines, and amounts', () => {
    const items = [
      { path: 'name', fieldRef: { fieldPath: 'metadata.name' } },
      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' }, mode: 0o400 },
      { path: 'notes', fieldRef: { fieldPath: 'metadata.annotations' } },
      { path: 'cpu', resourceFieldRef: { containerName: 'app', resource: 'requests.cpu', divisor: '1m' } },
      { path: 'memory', resourceFieldRef: { containerName: 'app', resource: 'limits.memory', divisor: '1Mi' } },
    ];
    const contents = files({ downwardAPI: { items } }, pod);
    expect(texts(contents)).toEqual({
      name: 'web',
      labels: 'a="o\\"ne"\nb="two"',
      notes: 'note="x\\ny"',
      cpu: '250',
      memory: '4096',
    });
    expect(modes(contents)['labels']).toBe('400 0:0');
  });

  it('are refused for a container that is not there', () => {
    const items = [{ path: 'cpu', resourceFieldRef: { containerName: 'none', resource: 'limits.cpu' } }];
    expect(() => files({ downwardAPI: { items } }, pod)).toThrow('container none not found');
  });
});

describe('files of several sources', () => {
  it('are side by side, and a later source wins', () => {
    const contents = fromSources([
      { configMap: { name: 'settings', items: [{ key: 'colour', path: 'a' }] } },
      { secret: { name: 'login', items: [{ key: 'user', path: 'b' }] } },
      { downwardAPI: { items: [{ path: 'c', fieldRef: { fieldPath: 'metadata.uid' } }] } },
      { serviceAccountToken: { path: 'token', audience: 'vault' } },
      { configMap: { name: 'settings', items: [{ key: 'size', path: 'a' }] } },
    ]);
    expect(texts(contents)).toEqual({ a: 'große', b: 'me', c: 'uid-1', token: 'token for vault' });
  });

  it('are refused together, with everything that is missing', () => {
    const missing = [
      { configMap: { name: 'x' } },
      { secret: { name: 'y' } },
      { secret: { name: 'z', optional: true } },
    ];
    expect(() => fromSources(missing)).toThrow('[configmap "x" not found, secret "y" not found]');
    expect(() => fromSources(missing.slice(1))).toThrow(/^secret "y" not found$/);
  });

  it.each<[VolumeProjection, string]>([
    [{ clusterTrustBundle: { path: 'ca' } }, 'there is nobody here who issues what clusterTrustBundle asks for'],
    [
      { podCertificate: { signerName: 'a/b', keyType: 'ED25519' } },
      'there is nobody here who issues what podCertificate asks for',
    ],
  ])('say what nobody can give', (source, message) => {
    expect(() => fromSources([source])).toThrow(message);
  });
});

describe('paths', () => {
  const at = (path: string): VolumeContents =>
    files({ configMap: { name: 'settings', items: [{ key: 'colour', path }] } });

  it.each([
    [
      'of a name that is too long',
      'x'.repeat(256),
      'invalid path: filename must be less than or equal to 255 characters',
    ],
    [
      'of bytes that are too many',
      'ä'.repeat(128),
      'invalid path: filename must be less than or equal to 255 characters',
    ],
    ['that are too long', 'x/'.repeat(2049), 'invalid path: must be less than or equal to 4096 characters'],
    ['that are absolute', '/etc/passwd', 'invalid path: /etc/passwd'],
    ['that climb', 'a/../../b', 'invalid path: a/../../b'],
    ['that are the volume’s own', '..data', 'invalid path: ..data'],
    ['that are nothing', './', 'invalid path: ./'],
  ])('are refused %s', (_what, path, message) => {
    expect(() => at(path)).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });

  it('are refused that are file and directory at once', () => {
    const items = [
      { key: 'colour', path: 'a' },
      { key: 'size', path: 'a/b' },
    ];
    expect(() => files({ configMap: { name: 'settings', items } })).toThrow('cannot write a/b: a is a file');
  });
});

describe('owners', () => {
  const token: VolumeProjection[] = [{ serviceAccountToken: { path: 'token' } }];

  it('are the group of the pod, which may read everything', () => {
    const pod = aPod({ securityContext: { fsGroup: 1_000_680_000 } });
    const contents = files({ secret: { secretName: 'login', defaultMode: 0o400 } }, pod);
    expect(modes(contents)).toEqual({ user: '440 0:1000680000', password: '440 0:1000680000' });
    expect(contents.directory).toEqual({ mode: 0o2755, uid: 0, gid: 1_000_680_000 });
  });

  it.each<[string, Pod['spec'], string]>([
    ['nobody in particular', { containers: [aContainer('app')] }, '644 0:0'],
    ['the user of all', { containers: [aContainer('a')], securityContext: { runAsUser: 7 } }, '600 7:0'],
    [
      'nobody when users differ',
      {
        containers: [aContainer('a'), aContainer('b', { securityContext: { runAsUser: 8 } })],
        securityContext: { runAsUser: 7 },
      },
      '644 0:0',
    ],
    ['the group', { containers: [aContainer('a')], securityContext: { fsGroup: 9 } }, '640 0:9'],
  ])('of a token: %s', (_what, spec, mode) => {
    expect(modes(fromSources(token, aPod(spec)))).toEqual({ token: mode });
  });
});
