import { describe, expect, it } from '@jest/globals';
import type { Container, EnvVar } from '../../../../src/api/schema/pod.js';
import { containerEnv } from '../../../../src/kubelet/core/env.js';
import { aContainer, aPod } from '../../../support/builders.js';

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
const envOf = (env: EnvVar[], changes: Partial<Container> = {}): Record<string, string> =>
  Object.fromEntries(containerEnv(pod, aContainer('app', { env, ...changes }), ALLOCATABLE));

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

describe('what cannot be resolved', () => {
  const from = (valueFrom: EnvVar['valueFrom']): EnvVar[] => [
    { name: 'A', ...(valueFrom === undefined ? {} : { valueFrom }) },
  ];
  const notYet = (kind: string): string => `${kind} in the environment of container "app" is not realised yet`;

  it.each<[string, EnvVar[], string]>([
    ['a ConfigMap key', from({ configMapKeyRef: { name: 'c', key: 'k' } }), notYet('configMapKeyRef')],
    ['a Secret key', from({ secretKeyRef: { name: 's', key: 'k' } }), notYet('secretKeyRef')],
    ['a file key', from({ fileKeyRef: { volumeName: 'v', path: 'p', key: 'k' } }), notYet('fileKeyRef')],
    ['no source at all', from({}), notYet('valueFrom')],
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

  it.each<[string, NonNullable<Container['envFrom']>]>([
    ['ConfigMap', [{ configMapRef: { name: 'c' } }]],
    ['Secret', [{ secretRef: { name: 's', optional: false } }]],
    ['ConfigMap among optional ones', [{ secretRef: { name: 's', optional: true } }, { configMapRef: { name: 'c' } }]],
  ])('names envFrom with a %s', (_what, envFrom) => {
    const message = 'envFrom of container "app" is not realised yet';
    expect(() => envOf([], { envFrom })).toThrow(expect.objectContaining({ code: 'Invalid', message }));
  });

  it('is left out where it is optional', () => {
    const env = [
      ...from({ configMapKeyRef: { name: 'c', key: 'k', optional: true } }),
      ...from({ secretKeyRef: { name: 's', key: 'k', optional: true } }),
    ];
    const envFrom = [{ configMapRef: { name: 'c', optional: true } }, { prefix: 'X_', secretRef: { optional: true } }];
    expect(envOf(env, { envFrom })).toEqual({});
  });
});
