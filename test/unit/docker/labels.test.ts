import { describe, expect, it } from '@jest/globals';
import {
  containerLabels,
  isOwnedBy,
  LABEL,
  ownedFilter,
  parsePodLabels,
  sandboxLabels,
  volumeLabels,
} from '../../../src/docker/labels.js';
import { containerSpec, sandboxSpec } from '../../support/specs.js';

const pod = { uid: 'u-1', namespace: 'default', name: 'web' };
const ownership = { nodeName: 'node', agentId: 'agent', owner: 'pid 7', createdBy: '0.1.0' };
const spec = containerSpec(
  { pod, sandbox: { id: 's', instance: 's@1' }, image: 'nginx:1', imageId: 'sha256:1' },
  { name: 'app', kind: 'sidecar', attempt: 3, specHash: 'abc', backoffMs: 20_000 },
);

describe('labels', () => {
  it('of a container carry what Kubernetes tools read and what we need to recover', () => {
    expect(containerLabels(spec, ownership)).toEqual({
      'io.kubernetes.pod.uid': 'u-1',
      'io.kubernetes.pod.namespace': 'default',
      'io.kubernetes.pod.name': 'web',
      'io.kubernetes.container.name': 'app',
      'dev.kubelette.role': 'container',
      'dev.kubelette.node': 'node',
      'dev.kubelette.agent': 'agent',
      'dev.kubelette.owner': 'pid 7',
      'dev.kubelette.created-by': '0.1.0',
      'dev.kubelette.kind': 'sidecar',
      'dev.kubelette.attempt': '3',
      'dev.kubelette.hash': 'abc',
      'dev.kubelette.backoff-ms': '20000',
      'dev.kubelette.sandbox': 's@1',
      'dev.kubelette.image': 'nginx:1',
    });
  });

  it('are never the one a kubelet on the same engine selects by', () => {
    const all = [containerLabels(spec, ownership), sandboxLabels(sandboxSpec(pod), ownership)];
    for (const labels of all) expect(Object.keys(labels)).not.toContain('io.kubernetes.docker.type');
  });

  it('come back as they were written', () => {
    expect(parsePodLabels(containerLabels(spec, ownership))).toEqual({
      role: 'container',
      pod,
      name: 'app',
      kind: 'sidecar',
      attempt: 3,
      specHash: 'abc',
      backoffMs: 20_000,
      sandboxInstance: 's@1',
      image: 'nginx:1',
    });
    const sandbox = sandboxLabels(sandboxSpec(pod, { attempt: 2, specHash: 'def' }), ownership);
    expect(sandbox['io.kubernetes.container.name']).toBe('POD');
    expect(parsePodLabels(sandbox)).toEqual({ role: 'sandbox', pod, attempt: 2, specHash: 'def' });
  });

  it.each([
    ['no labels', {}],
    ['a volume', volumeLabels('u-1', ownership)],
    ['a container of a real kubelet', { [LABEL.podUid]: 'u', [LABEL.podName]: 'p', [LABEL.containerName]: 'c' }],
    ['an attempt that is no number', { ...containerLabels(spec, ownership), [LABEL.attempt]: '-1' }],
    ['an unknown kind', { ...containerLabels(spec, ownership), [LABEL.kind]: 'other' }],
    ['an unknown role', { ...containerLabels(spec, ownership), [LABEL.role]: 'helper' }],
  ])('of %s are not a pod’s', (_what, labels) => {
    expect(parsePodLabels(labels)).toBeUndefined();
  });

  it('with a damaged back-off still show the container', () => {
    const labels = { ...containerLabels(spec, ownership), [LABEL.backoffMs]: 'soon' };
    expect(parsePodLabels(labels)).toMatchObject({ name: 'app', backoffMs: 0 });
  });

  it('select by node and agent, always', () => {
    expect(ownedFilter(ownership)).toEqual(['dev.kubelette.node=node', 'dev.kubelette.agent=agent']);
    expect(ownedFilter(ownership, { [LABEL.podUid]: 'u-1' })).toContain('io.kubernetes.pod.uid=u-1');
    expect(isOwnedBy(containerLabels(spec, ownership), ownership)).toBe(true);
    expect(isOwnedBy(containerLabels(spec, ownership), { ...ownership, agentId: 'other' })).toBe(false);
    expect(isOwnedBy({}, ownership)).toBe(false);
  });
});
