import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

const MIB = 1024 * 1024;

let node: TestNode;
let manifests: string;
beforeAll(async () => {
  manifests = await mkdtemp(join(tmpdir(), 'kubelette-manifests-'));
  node = await TestNode.started('resources', { more: { manifestDir: manifests } });
});
afterAll(async () => {
  await node.close();
  await rm(manifests, { recursive: true });
});

const amounts = (cpu: string, memory: string) => ({
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { cpu, memory },
});
/** As the API does it. */
function resize(name: string, cpu: string, memory: string): void {
  const pod = node.pod(name);
  if (pod === undefined) throw new Error(`there is no pod ${name}`);
  const [container] = pod.spec.containers;
  if (container === undefined) throw new Error('it has a container');
  const containers = [{ ...container, resources: amounts(cpu, memory) }];
  const { generation = 1 } = pod.metadata;
  node.agent.store.update<Pod>({
    ...pod,
    metadata: { ...pod.metadata, generation: generation + 1 },
    spec: { ...pod.spec, containers },
  });
}

describe('a running container', () => {
  it('gets other limits in place', async () => {
    node.create('sized', { containers: [app(SERVES, { resources: amounts('100m', '32Mi') })] });
    await node.ready('sized');
    const { id } = await node.running('sized');
    expect(node.status('sized')).toMatchObject({ resources: amounts('100m', '32Mi') });
    resize('sized', '200m', '48Mi');
    await node.until(
      'sized',
      'has what it asks for',
      () => node.status('sized')?.resources?.limits?.['cpu'] === '200m',
    );
    const { HostConfig } = await node.docker.getContainer(id).inspect();
    expect(HostConfig).toMatchObject({ Memory: 48 * MIB, MemorySwap: 48 * MIB, CpuQuota: 20_000 });
    expect(node.status('sized')).toMatchObject({ restartCount: 0, containerID: `docker://${id}` });
    expect(node.reasons('sized')).toContain('ResizeCompleted');
    const resizing = node.pod('sized')?.status?.conditions?.filter(({ type }) => type.startsWith('PodResize'));
    expect(resizing).toEqual([]);
  });

  it('is restarted for other limits where its policy says so', async () => {
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' } as const];
    node.create('replaced', { containers: [app(SERVES, { resizePolicy, resources: amounts('100m', '32Mi') })] });
    await node.ready('replaced');
    resize('replaced', '100m', '48Mi');
    await node.until('replaced', 'was restarted', () => node.status('replaced')?.restartCount === 1);
    await node.ready('replaced');
    const { id } = await node.running('replaced');
    expect((await node.docker.getContainer(id).inspect()).HostConfig.Memory).toBe(48 * MIB);
  });
});

describe('a pod that does not fit', () => {
  it('waits until another one makes room', async () => {
    node.create('large', { containers: [app(SERVES, { resources: { requests: { cpu: '10000' } } })] });
    const pod = await node.until('large', 'waits', ({ status }) => status?.conditions?.[0]?.status === 'False');
    expect(pod.status).toMatchObject({
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', reason: 'Unschedulable', message: '0/1 nodes are available: 1 Insufficient cpu.' },
      ],
    });
    expect(node.reasons('large')).toEqual(['FailedScheduling']);

    const ports = [{ containerPort: 80, hostPort: 29_417, hostIP: '127.0.0.1', protocol: 'TCP' as const }];
    node.create('first', { containers: [app(SERVES, { ports })] });
    await node.ready('first');
    node.create('second', { containers: [app(SERVES, { ports })] });
    await node.until('second', 'waits', ({ status }) => status?.conditions?.[0]?.status === 'False');
    node.agent.deletePod('default', 'first', 1);
    await node.ready('second');
  });

  it('fails when it is a static one, as with a kubelet', async () => {
    const spec = { containers: [app(SERVES, { resources: { requests: { cpu: '10000' } } })] };
    const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'static' }, spec };
    await writeFile(join(manifests, 'static.json'), JSON.stringify(manifest));
    const name = `static-${node.nodeName}`;
    await eventually('it is rejected', () => node.pod(name)?.status?.phase === 'Failed');
    expect(node.pod(name)?.status).toMatchObject({
      reason: 'OutOfcpu',
      message: expect.stringMatching(
        /^Pod was rejected: Node didn't have enough resource: cpu, requested: 10000000, used: \d+, capacity: \d+$/,
      ),
    });
    expect(node.pod(name)?.status?.containerStatuses).toBeUndefined();
    expect(node.reasons(name)).toEqual(['OutOfcpu']);
  });
});
