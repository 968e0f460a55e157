import { describe, expect, it } from '@jest/globals';
import {
  ENV_FIELD_PATHS,
  fieldPathProblems,
  resolveFieldPath,
  resolveResourceField,
  VOLUME_FIELD_PATHS,
} from '../../../src/api/field-path.js';
import type { Pod } from '../../../src/api/schema/pod.js';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u1',
    labels: { app: 'web', 'example.com/tier': 'front' },
    annotations: { note: 'two\nlines' },
  },
  spec: { containers: [{ name: 'a', image: 'b' }], nodeName: 'n1' },
  status: { hostIP: '10.0.0.1', podIP: '172.20.0.2', podIPs: [{ ip: '172.20.0.2' }, { ip: 'fd00::2' }] },
};

describe('fieldRef', () => {
  it.each([
    ['metadata.name', 'web'],
    ['metadata.namespace', 'shop'],
    ['metadata.uid', 'u1'],
    ["metadata.labels['app']", 'web'],
    ["metadata.labels['example.com/tier']", 'front'],
    ["metadata.labels['absent']", ''],
    ["metadata.labels['constructor']", ''],
    ["metadata.annotations['note']", 'two\nlines'],
    ['metadata.labels', 'app="web"\nexample.com/tier="front"'],
    ['metadata.annotations', 'note="two\\nlines"'],
    ['spec.nodeName', 'n1'],
    ['spec.serviceAccountName', ''],
    ['status.hostIP', '10.0.0.1'],
    ['status.hostIPs', '10.0.0.1'],
    ['status.podIP', '172.20.0.2'],
    ['status.podIPs', '172.20.0.2,fd00::2'],
  ])('%s is %j', (path, expected) => {
    expect(resolveFieldPath(pod, path)).toBe(expected);
  });

  it.each(['spec.hostNetwork', 'metadata.nothing', "spec.x['y']"])('%s is refused', (path) => {
    expect(() => resolveFieldPath(pod, path)).toThrow(`unsupported fieldPath: ${path}`);
  });

  it('says why a path is not offered', () => {
    expect(fieldPathProblems('metadata.name', ENV_FIELD_PATHS)).toEqual([]);
    expect(fieldPathProblems("metadata.labels['a/b']", ENV_FIELD_PATHS)).toEqual([]);
    expect(fieldPathProblems('metadata.labels', ENV_FIELD_PATHS)).toEqual([{ kind: 'unsupported' }]);
    expect(fieldPathProblems('status.podIP', VOLUME_FIELD_PATHS)).toEqual([{ kind: 'unsupported' }]);
    expect(fieldPathProblems('metadata.nam', ENV_FIELD_PATHS)).toEqual([
      { kind: 'invalid', detail: 'error converting fieldPath: field label not supported: metadata.nam' },
    ]);
    expect(fieldPathProblems("metadata.name['x']", ENV_FIELD_PATHS)).toEqual([
      { kind: 'invalid', detail: 'does not support subscript' },
    ]);
    expect(fieldPathProblems("metadata.labels['']", ENV_FIELD_PATHS)[0]).toMatchObject({ kind: 'invalid' });
  });
});

describe('resourceFieldRef', () => {
  const container = { resources: { limits: { cpu: '500m', memory: '100Mi' }, requests: { cpu: '250m' } } };
  const allocatable = { cpu: '4', memory: '8Gi' };

  it.each([
    ['limits.cpu', undefined, '1'],
    ['limits.cpu', '1m', '500'],
    ['limits.cpu', '0', '1'],
    ['requests.cpu', '1m', '250'],
    ['limits.memory', undefined, '104857600'],
    ['limits.memory', '1Mi', '100'],
    ['limits.memory', '1M', '105'],
    ['requests.memory', undefined, '0'],
    ['limits.ephemeral-storage', undefined, '0'],
    ['limits.hugepages-2Mi', undefined, '0'],
  ])('%s by %s is %s', (resource, divisor, expected) => {
    const ref = divisor === undefined ? { resource } : { resource, divisor };
    expect(resolveResourceField(container, ref, allocatable)).toBe(expected);
  });

  it('falls back to the node for a missing limit', () => {
    expect(resolveResourceField({}, { resource: 'limits.cpu' }, allocatable)).toBe('4');
    expect(resolveResourceField({}, { resource: 'limits.memory', divisor: '1Gi' }, allocatable)).toBe('8');
  });

  it('refuses anything else', () => {
    expect(() => resolveResourceField({}, { resource: 'limits.disk' }, {})).toThrow('unsupported container resource');
    expect(() => resolveResourceField({}, { resource: 'limits.cpu', divisor: 'x' }, {})).toThrow(
      'cannot divide 0 by x',
    );
  });
});
