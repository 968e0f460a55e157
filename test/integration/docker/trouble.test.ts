import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listKubeletteObjects, removeKubeletteObjects } from '../../../src/docker/inventory.js';
import type { DockerRuntime } from '../../../src/docker/docker-runtime.js';
import { systemClock } from '../../../src/lib/clock.js';
import type { PodIdentity } from '../../../src/runtime/observed.js';
import { openDockerWorld, script, type DockerWorld } from '../../support/docker-world.js';
import { containerSpec, sandboxSpec, sandboxVolume } from '../../support/specs.js';

const { signal } = new AbortController();
let world: DockerWorld;
let runtime: DockerRuntime;
let pods = 0;

beforeAll(async () => {
  world = await openDockerWorld('trouble');
  runtime = await world.runtime();
});
afterAll(async () => world.close());

const newPod = (): PodIdentity => {
  pods += 1;
  return { uid: `trouble-${pods}`, namespace: 'default', name: `pod-${pods}` };
};

describe('a sandbox', () => {
  it('that cannot have its host port leaves nothing behind', async () => {
    const ports = [{ containerPort: 80, hostPort: 28_417, hostIP: '127.0.0.1', protocol: 'tcp' }] as const;
    const [first, second] = [newPod(), newPod()];
    await runtime.runSandbox(sandboxSpec(first, { ports }), signal);
    await expect(runtime.runSandbox(sandboxSpec(second, { ports }), signal)).rejects.toThrow(
      /^Error response from daemon: .*port is already allocated/,
    );
    expect((await runtime.inspectPod(second.uid, signal)).sandboxes).toEqual([]);
  });

  it('that cannot prepare its volumes says why and leaves nothing behind', async () => {
    const pod = newPod();
    const volume = `${world.nodeName}-bad`;
    await runtime.volumes.ensure({ name: volume, podUid: pod.uid }, signal);
    const volumes = [sandboxVolume(volume, 'bad', { mode: 0o77777 })];
    await expect(runtime.runSandbox(sandboxSpec(pod, { volumes }), signal)).rejects.toThrow(
      /^prepare the sandbox: parse /,
    );
    expect((await runtime.inspectPod(pod.uid, signal)).sandboxes).toEqual([]);
  });

  it('is there once, whenever the first caller left', async () => {
    for (const afterMs of [2, 10, 40, 120, 250]) {
      const pod = newPod();
      const volume = `${world.nodeName}-once-${afterMs}`;
      await runtime.volumes.ensure({ name: volume, podUid: pod.uid }, signal);
      const spec = sandboxSpec(pod, { volumes: [sandboxVolume(volume, 'v')] });
      const leave = new AbortController();
      const first = runtime.runSandbox(spec, leave.signal).catch((error: unknown) => error);
      await systemClock.sleep(afterMs, signal);
      leave.abort(new Error('left'));
      await first;
      const id = await runtime.runSandbox(spec, signal);
      const { sandboxes } = await runtime.inspectPod(pod.uid, signal);
      expect(sandboxes.map((sandbox) => [sandbox.id, sandbox.ready])).toEqual([[id, true]]);
    }
  });

  it('has the longest names Kubernetes allows', async () => {
    const pod = { uid: '0'.repeat(36), namespace: 'n'.repeat(63), name: 'p'.repeat(253) };
    await runtime.runSandbox(sandboxSpec(pod, { hostname: 'h'.repeat(63) }), signal);
    expect(await runtime.inspectPod(pod.uid, signal)).toMatchObject(pod);
  });
});

describe('a container', () => {
  it('paused by hand is running and paused', async () => {
    const pod = newPod();
    const id = await runtime.runSandbox(sandboxSpec(pod), signal);
    const sandbox = { id, instance: (await runtime.inspectPod(pod.uid, signal)).sandboxes[0]?.instance ?? '' };
    const { reference: image, id: imageId } = world.busybox;
    const app = await runtime.createContainer(
      containerSpec({ pod, sandbox, image, imageId }, script('sleep 1000')),
      signal,
    );
    await runtime.startContainer(app, signal);
    await world.engine.call({ method: 'POST', path: `/containers/${app}/pause` }, signal);
    expect((await runtime.inspectPod(pod.uid, signal)).containers[0]).toMatchObject({ state: 'running', paused: true });
    await runtime.stopContainer(app, 0, signal);
    expect((await runtime.inspectPod(pod.uid, signal)).containers[0]).toMatchObject({ state: 'exited', paused: false });
  });
});

describe('the engine', () => {
  it('is described by what was found out', async () => {
    const info = await runtime.info(signal);
    expect(info.version).toMatch(/^\d+\./);
    expect(info.apiVersion).toMatch(/^1\.\d+$/);
    expect(Math.abs(info.clockSkewMs)).toBeLessThan(60_000);
    expect(await runtime.info(signal)).toEqual(info);
  });
});

describe('the inventory', () => {
  it('holds everything of a node, and removal takes that and nothing else', async () => {
    const other = await openDockerWorld('inventory');
    try {
      const theirs = await other.runtime('some-agent');
      const pod = newPod();
      const volume = { name: `${other.nodeName}-v`, podUid: pod.uid };
      await theirs.volumes.ensure(volume, signal);
      const id = await theirs.runSandbox(sandboxSpec(pod), signal);
      const before = await listKubeletteObjects(world.engine, { nodeName: world.nodeName }, signal);
      const found = await listKubeletteObjects(world.engine, { nodeName: other.nodeName }, signal);
      expect(found.containers).toEqual([
        expect.objectContaining({ id, role: 'sandbox', container: 'POD', pod, agentId: 'some-agent', owner: '' }),
      ]);
      expect(found.containers[0]?.pid).toBeGreaterThan(0);
      expect(found.volumes).toEqual([expect.objectContaining({ ...volume, nodeName: other.nodeName })]);
      expect(found.networks.map(({ name }) => name)).toEqual(['kubelette']);
      // With the network: it is in use and has to stay.
      await removeKubeletteObjects(world.engine, found, signal);
      const after = await listKubeletteObjects(world.engine, { nodeName: other.nodeName }, signal);
      expect(after.containers).toEqual([]);
      expect(after.volumes).toEqual([]);
      expect(await listKubeletteObjects(world.engine, { nodeName: world.nodeName }, signal)).toEqual(before);
      const all = await listKubeletteObjects(world.engine, {}, signal);
      expect(all.containers.map((container) => container.id)).toEqual(
        expect.arrayContaining(before.containers.map((container) => container.id)),
      );
    } finally {
      await other.close();
    }
  });
});
