import { describe, expect, it } from '@jest/globals';
import type { Container, EnvVar } from '../../../../../src/api/schema/pod.js';
import { containerEnv } from '../../../../../src/kubelet/core/spec/env.js';
import { aConfigMap, aContainer, aPod, aSecret, configOf } from '../../../../support/builders.js';

const ALLOCATABLE = { cpu: '4', memory: '8Gi' };
const pod = aPod(
  {
    nodeName: 'node-a',
    serviceAccountName: 'default',
    containers: [aContainer('app'), aContainer('web', { resources: { limits: { cpu: '1500m' } } })],
    initContainers: [aContainer('setup', { resources: { requests: { memory: '32Mi' } } })],
  },
  {
    metadata: { labels: { tier: 'back', 'a/b': 'c' }, annotations: { note: 'x' } },
    status: {
      phase: 'Pending',
      podIP: '10.0.0.2',
      podIPs: [{ ip: '10.0.0.2' }, { ip: 'fd00::2' }],
      hostIP: '192.0.2.1',
    },
  },
);
const config = configOf(
  aConfigMap('c', { k: 'from c', 'odd.1-key': 'odd', __proto__x: 'x' }),
  aSecret('s', { k: 'from s', password: 'päss' }),
  { ...aConfigMap('binary', { text: 't' }), binaryData: { raw: 'AAEC' } },
);
const envOf = (env: EnvVar[], changes: Partial<Container> = {}): Record<string, string> => {
  const container = aContainer('app', { env, ...changes });
  return Object.fromEntries(containerEnv({ pod, container, allocatable: ALLOCATABLE, config }));
};

describe('environment', () => {
  it.each<[string, EnvVar[], Record<string, string>]>([
    ['takes values as they are', [{ name: 'A', value: 'x y' }], { A: 'x y' }],
    ['sets an empty text for no value', [{ name: 'A' }, { name: 'B', value: '' }], { A: '', B: '' }],
    [
      'lets the last of one name win',
      [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
      { A: '2' },
    ],
    [
      'uses variables defined before',
      [
        { name: 'HOST', value: 'db' },
        { name: 'URL', value: 'tcp://$(HOST):5432' },
      ],
      { HOST: 'db', URL: 'tcp://db:5432' },
    ],
    [
      'leaves one that is defined only later as it is written',
      [
        { name: 'URL', value: '$(HOST)' },
        { name: 'HOST', value: 'db' },
      ],
      { URL: '$(HOST)', HOST: 'db' },
    ],
    [
      'lets a variable extend its earlier self',
      [
        { name: 'PATH', value: '/bin' },
        { name: 'PATH', value: '$(PATH):/x' },
      ],
      { PATH: '/bin:/x' },
    ],
    ["does not see the image's variables", [{ name: 'PATH', value: '$(PATH):/x' }], { PATH: '$(PATH):/x' }],
    [
      'keeps what two dollars escape',
      [
        { name: 'A', value: '1' },
        { name: 'B', value: '$$(A) $$ $A' },
      ],
      { A: '1', B: '$(A) $ $A' },
    ],
    [
      'does not look into values again',
      [
        { name: 'A', value: '$$(B)' },
        { name: 'B', value: 'b' },
        { name: 'C', value: '$(A)' },
      ],
      { A: '$(B)', B: 'b', C: '$(B)' },
    ],
    [
      'does not expand what comes from a field, but lets later ones use it',
      [
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'WHO', value: 'I am $(POD)' },
      ],
      { POD: 'web', WHO: 'I am web' },
    ],
  ])('%s', (_what, env, wanted) => {
    expect(envOf(env)).toEqual(wanted);
  });
});

describe('fieldRef', () => {
  it.each([
    ['metadata.name', 'web'],
    ['metadata.namespace', 'default'],
    ['metadata.uid', 'uid-1'],
    ["metadata.labels['tier']", 'back'],
    ["metadata.labels['a/b']", 'c'],
    ["metadata.annotations['note']", 'x'],
    ["metadata.annotations['absent']", ''],
    ['spec.nodeName', 'node-a'],
    ['spec.serviceAccountName', 'default'],
    ['status.hostIP', '192.0.2.1'],
    ['status.podIP', '10.0.0.2'],
    ['status.podIPs', '10.0.0.2,fd00::2'],
  ])('%s is "%s"', (fieldPath, value) => {
    expect(envOf([{ name: 'A', valueFrom: { fieldRef: { fieldPath } } }])).toEqual({ A: value });
  });
});

describe('resourceFieldRef', () => {
  it.each<[string, string, string | undefined, string | undefined, string]>([
    ['rounds CPUs up', 'limits.cpu', undefined, 'web', '2'],
    ['counts in the divisor', 'limits.cpu', '1m', 'web', '1500'],
    ['takes what the node has for a missing limit', 'limits.memory', '1Mi', undefined, '8192'],
    ['says 0 for a missing request', 'requests.cpu', undefined, undefined, '0'],
    ['finds init containers', 'requests.memory', '1Ki', 'setup', '32768'],
    ['means the container itself by an empty name', 'limits.cpu', undefined, '', '4'],
  ])('%s', (_what, resource, divisor, containerName, value) => {
    const resourceFieldRef = {
      resource,
      ...(divisor === undefined ? {} : { divisor }),
      ...(containerName === undefined ? {} : { containerName }),
    };
    expect(envOf([{ name: 'A', valueFrom: { resourceFieldRef } }])).toEqual({ A: value });
  });

  it('reads the limits of the container it is in', () => {
    const valueFrom = { resourceFieldRef: { resource: 'limits.memory' } };
    const resources = { limits: { memory: '64Mi' } };
    expect(envOf([{ name: 'A', valueFrom }], { resources })).toEqual({ A: '67108864' });
  });
});

describe('ConfigMaps and Secrets', () => {
  it.each<[string, EnvVar[], Partial<Container>, Record<string, string>]>([
    ['are taken whole', [], { envFrom: [{ secretRef: { name: 's' } }] }, { k: 'from s', password: 'päss' }],
    ['give every key a prefix', [], { envFrom: [{ prefix: 'X_', configMapRef: { name: 'binary' } }] }, { X_text: 't' }],
    [
      'give keys that no shell could name',
      [],
      { envFrom: [{ configMapRef: { name: 'c' } }] },
      { k: 'from c', 'odd.1-key': 'odd', __proto__x: 'x' },
    ],
    [
      'lose against later ones, and all of them against single variables',
      [{ name: 'password', value: 'mine' }],
      { envFrom: [{ secretRef: { name: 's' } }, { configMapRef: { name: 'c' } }] },
      { k: 'from c', 'odd.1-key': 'odd', __proto__x: 'x', password: 'mine' },
    ],
    [
      'give single keys, which are not expanded',
      [
        { name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
        { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'password' } } },
        { name: 'C', value: '$(A) and $(B)' },
      ],
      {},
      { A: 'from c', B: 'päss', C: 'from c and päss' },
    ],
    [
      'may be missing where they are optional',
      [
        { name: 'A', valueFrom: { configMapKeyRef: { name: 'absent', key: 'k', optional: true } } },
        { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'absent', optional: true } } },
      ],
      { envFrom: [{ configMapRef: { name: 'absent', optional: true } }, { secretRef: { name: 'x', optional: true } }] },
      {},
    ],
    [
      'leave an earlier variable of the same name when they are missing',
      [{ name: 'text', valueFrom: { configMapKeyRef: { name: 'absent', key: 'k', optional: true } } }],
      { envFrom: [{ configMapRef: { name: 'binary' } }] },
      { text: 't' },
    ],
  ])('%s', (_what, env, changes, wanted) => {
    expect(envOf(env, changes)).toEqual(wanted);
  });
});

describe('what cannot be resolved', () => {
  const from = (valueFrom: EnvVar['valueFrom']): EnvVar[] => [
    { name: 'A', ...(valueFrom === undefined ? {} : { valueFrom }) },
  ];

  it.each<[string, EnvVar[], string]>([
    ['a ConfigMap', from({ configMapKeyRef: { name: 'no', key: 'k' } }), 'configmap "no" not found'],
    ['a Secret', from({ secretKeyRef: { name: 'no', key: 'k' } }), 'secret "no" not found'],
    [
      'a key of a ConfigMap',
      from({ configMapKeyRef: { name: 'c', key: 'constructor' } }),
      "couldn't find key constructor in ConfigMap default/c",
    ],
    ['a key of a Secret', from({ secretKeyRef: { name: 's', key: 'no' } }), "couldn't find key no in Secret default/s"],
    [
      'a binary value, which no environment can have',
      from({ configMapKeyRef: { name: 'binary', key: 'raw' } }),
      "couldn't find key raw in ConfigMap default/binary",
    ],
    [
      'a file key',
      from({ fileKeyRef: { volumeName: 'v', path: 'p', key: 'k' } }),
      'fileKeyRef in the environment of container "app" is not realised',
    ],
    ['no source at all', from({}), 'valueFrom without a source in the environment of container "app" is not realised'],
    [
      'a field that is none',
      from({ fieldRef: { fieldPath: 'spec.restartPolicy' } }),
      'unsupported fieldPath: spec.restartPolicy',
    ],
    [
      'an unknown container',
      from({ resourceFieldRef: { resource: 'limits.cpu', containerName: 'nope' } }),
      'container nope not found',
    ],
  ])('names %s', (_what, env, message) => {
    expect(() => envOf(env)).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });

  it.each<[string, NonNullable<Container['envFrom']>, string]>([
    ['ConfigMap', [{ configMapRef: { name: 'no' } }], 'configmap "no" not found'],
    ['Secret', [{ secretRef: { name: 'no', optional: false } }], 'secret "no" not found'],
    [
      'ConfigMap among optional ones',
      [{ secretRef: { name: 'no', optional: true } }, { configMapRef: { name: 'no' } }],
      'configmap "no" not found',
    ],
  ])('names envFrom with a %s', (_what, envFrom, message) => {
    expect(() => envOf([], { envFrom })).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });
});
