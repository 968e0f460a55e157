import { describe, expect, it } from '@jest/globals';
import { formatProblem } from '../../../src/api/problem.js';
import { readPods } from '../../../src/api/read-pods.js';

/** JSON, where any key and any character can be written. */
const problemsOf = (...objects: readonly object[]): string[] =>
  readPods(objects.map((object) => JSON.stringify(object)).join('\n---\n'), 'f').problems.map(formatProblem);

const object = (kind: string, metadata: object, more: object = {}): object => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'web', ...metadata },
  ...more,
});
const pod = (metadata: object, spec: object = {}, container: object = {}): object =>
  object('Pod', metadata, { spec: { containers: [{ name: 'app', image: 'a', ...container }], ...spec } });
/** As an own property, whatever the name. */
const entry = (name: string): object => JSON.parse(`{${JSON.stringify(name)}:"x"}`) as object;
const mounting = (volume: object, mount: object = {}): object =>
  pod({}, { volumes: [{ name: 'v', ...volume }] }, { volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] });
const file = (path: string): object => mounting({ configMap: { name: 'c', items: [{ key: 'k', path }] } });

describe('names that reach into a program', () => {
  const places: readonly (readonly [string, (name: string) => object])[] = [
    ['metadata.labels', (name) => pod({ labels: entry(name) })],
    ['metadata.annotations', (name) => pod({ annotations: entry(name) })],
    ['data', (name) => object('ConfigMap', {}, { data: entry(name) })],
    ['binaryData', (name) => object('ConfigMap', {}, { binaryData: entry(name) })],
    ['stringData', (name) => object('Secret', {}, { stringData: entry(name) })],
    ['spec.nodeSelector', (name) => pod({}, { nodeSelector: entry(name) })],
    ['spec.containers[0].resources.limits', (name) => pod({}, {}, { resources: { limits: entry(name) } })],
  ];
  it.each(
    places.flatMap(([path, make]) =>
      ['__proto__', 'constructor', 'prototype'].map((name) => [name, path, make] as const),
    ),
  )('%s is refused in %s', (name, path, make) => {
    const [problem, ...others] = problemsOf(make(name));
    expect(problem).toMatch(/^f:1:\d+: /);
    expect(problem).toContain(`${path}[${name}]: this name is not allowed`);
    expect(others).toEqual([]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('names and paths that lead elsewhere are refused with their field:', () => {
  it.each<[string, object, string]>([
    ['a pod', pod({ name: '../../etc' }), 'metadata.name'],
    ['a namespace', pod({ namespace: '../x' }), 'metadata.namespace'],
    ['a container', pod({}, {}, { name: '../x' }), 'spec.containers[0].name'],
    ['a volume', pod({}, { volumes: [{ name: '../v', emptyDir: {} }] }), 'spec.volumes[0].name'],
    ['a ConfigMap', object('ConfigMap', { name: '../c' }), 'metadata.name'],
    ['a key', object('ConfigMap', {}, { data: entry('../../etc/passwd') }), 'data'],
    ['a key that is a directory', object('ConfigMap', {}, { data: entry('..') }), 'data'],
    ['a key that looks like ours', object('ConfigMap', {}, { data: entry('..data') }), 'data'],
    ['a key of a Secret', object('Secret', {}, { stringData: entry('a/b') }), 'stringData'],
    ['a file upwards', file('a/../../b'), 'spec.volumes[0].configMap.items[0].path'],
    ['a file from the root', file('/etc/passwd'), 'spec.volumes[0].configMap.items[0].path'],
    ['a file that looks like ours', file('..data'), 'spec.volumes[0].configMap.items[0].path'],
    ['a part upwards', mounting({ emptyDir: {} }, { subPath: '../x' }), 'spec.containers[0].volumeMounts[0].subPath'],
    [
      'a part from the root',
      mounting({ emptyDir: {} }, { subPath: '/x' }),
      'spec.containers[0].volumeMounts[0].subPath',
    ],
    [
      'a part by variables',
      mounting({ emptyDir: {} }, { subPathExpr: '../$(A)' }),
      'spec.containers[0].volumeMounts[0].subPathExpr',
    ],
    ['a path of the host', mounting({ hostPath: { path: '/a/../b' } }), 'spec.volumes[0].hostPath.path'],
    [
      'a seccomp profile',
      pod({}, { securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: '../x' } } }),
      'spec.securityContext.seccompProfile.localhostProfile',
    ],
    [
      'a token',
      mounting({ projected: { sources: [{ serviceAccountToken: { path: '../t' } }] } }),
      'spec.volumes[0].projected.sources[0].serviceAccountToken.path',
    ],
    [
      'a field of the pod',
      mounting({ downwardAPI: { items: [{ path: '../l', fieldRef: { fieldPath: 'metadata.labels' } }] } }),
      'spec.volumes[0].downwardAPI.items[0].path',
    ],
  ])('%s', (_what, bad, path) => {
    const problems = problemsOf(bad);
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toContain(`: ${path}`);
  });
});
