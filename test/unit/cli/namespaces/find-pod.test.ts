import { describe, expect, it } from '@jest/globals';
import { findPodContainers } from '../../../../src/cli/namespaces/find-pod.js';
import type { InventoryContainer } from '../../../../src/docker/inventory.js';

const container = (nodeName: string, uid: string, name: string, pid: number): InventoryContainer => ({
  id: `${uid}-${name}`,
  role: name === 'POD' ? 'sandbox' : 'container',
  nodeName,
  agentId: '',
  owner: '',
  pod: { uid, namespace: 'default', name: 'web' },
  container: name,
  pid,
});

describe('findPodContainers', () => {
  it('finds the running containers of the pod', () => {
    const all = [container('vm', 'u1', 'POD', 10), container('vm', 'u1', 'app', 11), container('vm', 'u1', 'init', 0)];
    expect(findPodContainers(all, 'default', 'web').map(({ pid }) => pid)).toEqual([10, 11]);
  });

  it('does not know pods of other names and namespaces', () => {
    expect(() => findPodContainers([container('vm', 'u1', 'POD', 10)], 'shop', 'web')).toThrow('pods "web" not found');
  });

  it('tells a pod that does not run from one that does not exist', () => {
    expect(() => findPodContainers([container('vm', 'u1', 'POD', 0)], 'default', 'web')).toThrow(
      'no running container',
    );
  });

  it('asks which node is meant when several have it', () => {
    const all = [container('one', 'u1', 'POD', 10), container('two', 'u2', 'POD', 20)];
    expect(() => findPodContainers(all, 'default', 'web')).toThrow('--node-name: one, two');
  });
});
