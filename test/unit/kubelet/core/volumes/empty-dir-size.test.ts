import { describe, expect, it } from '@jest/globals';
import type { Container, Pod } from '../../../../../src/api/schema/pod.js';
import { diskVolumeLimit, memoryVolumeBytes } from '../../../../../src/kubelet/core/volumes/empty-dir-size.js';
import { aContainer, aPod } from '../../../../support/builders.js';

const limited = (name: string, memory?: string, changes: Partial<Container> = {}): Container =>
  aContainer(name, { ...(memory === undefined ? {} : { resources: { limits: { memory } } }), ...changes });

describe('a volume in memory', () => {
  it.each<[string, Partial<Pod['spec']>, string | undefined, Record<string, string>, number]>([
    ['nothing is known', {}, undefined, {}, 0],
    ['the node gives', {}, undefined, { memory: '1Ki' }, 1024],
    ['it asks for less', {}, '100', { memory: '1Ki' }, 100],
    ['it asks for more', {}, '1Mi', { memory: '1Ki' }, 1024],
    ['it asks for nothing at all', {}, '0', { memory: '1Ki' }, 1024],
    [
      'the pod may use less',
      { containers: [limited('a', '100'), limited('b', '50')] },
      undefined,
      { memory: '1Ki' },
      150,
    ],
    [
      'one container has no limit',
      { containers: [limited('a', '100'), limited('b')] },
      undefined,
      { memory: '1Ki' },
      1024,
    ],
    [
      'an init container needs most',
      {
        containers: [limited('a', '100')],
        initContainers: [limited('s', '10', { restartPolicy: 'Always' }), limited('i', '500')],
      },
      undefined,
      { memory: '1Ki' },
      510,
    ],
  ])('has what is least when %s', (_what, spec, sizeLimit, allocatable, bytes) => {
    const emptyDir = { medium: 'Memory', ...(sizeLimit === undefined ? {} : { sizeLimit }) };
    expect(memoryVolumeBytes(aPod(spec), emptyDir, allocatable)).toBe(bytes);
  });
});

describe('the limit of a volume on disk', () => {
  it.each([
    [{ sizeLimit: '1Ki' }, 1024],
    [{ sizeLimit: '0' }, undefined],
    [{}, undefined],
    [{ medium: 'Memory', sizeLimit: '1Ki' }, undefined],
  ])('of %j is %s', (emptyDir, limit) => {
    expect(diskVolumeLimit({ name: 'v', emptyDir })).toBe(limit);
  });

  it('is none of other volumes', () => {
    expect(diskVolumeLimit({ name: 'v', configMap: {} })).toBeUndefined();
  });
});
