import { describe, expect, it } from '@jest/globals';
import type { Volume, VolumeMount } from '../../../../src/api/schema/pod.js';
import { aConfigMap, aContainer } from '../../../support/builders.js';
import { PodWorld } from '../../../support/pod-world.js';

const SETTINGS: Volume = { name: 'v', configMap: { name: 'settings' } };

async function worldWith(
  volume: Volume,
  mount: Partial<VolumeMount> = {},
  prepare?: (world: PodWorld) => void,
): Promise<PodWorld> {
  const world = new PodWorld();
  prepare?.(world);
  await world.start();
  const containers = [aContainer('app', { volumeMounts: [{ name: volume.name, mountPath: '/v', ...mount }] })];
  await world.add('web', { containers, volumes: [volume] });
  return world;
}

const has = (text: string) => (world: PodWorld) => void world.store.create(aConfigMap('settings', { k: text }));
const written = (world: PodWorld): string | undefined => {
  const file = world.engine.contents.get('kubelette_v_web')?.files[0];
  return file === undefined ? undefined : Buffer.from(file.content).toString();
};
const writes = (world: PodWorld): number =>
  world.life.runtime.calls.filter(({ verb }) => verb === 'volumes.write').length;

describe('a volume made of an object', () => {
  it('is written before the first container starts, and once', async () => {
    const world = await worldWith(SETTINGS, {}, has('one'));
    expect(world.running('web', 'app')).toBeDefined();
    expect(written(world)).toBe('one');
    const order = world.life.runtime.calls.map(({ verb }) => verb);
    expect(order.indexOf('volumes.write')).toBeLessThan(order.indexOf('startContainer'));
    await world.clock.advance(600_000);
    expect(writes(world)).toBe(1);
    world.life.crash();
  });

  it('holds back the sandbox until the object is there', async () => {
    const world = await worldWith(SETTINGS);
    const problem = 'MountVolume.SetUp failed for volume "v" : configmap "settings" not found';
    expect(world.events.take()).toEqual([`Warning FailedMount ${problem}`]);
    expect(world.containers('web')).toEqual([]);
    expect(world.pod('web')?.status?.containerStatuses?.[0]?.state).toEqual({
      waiting: { reason: 'ContainerCreating' },
    });
    await world.clock.advance(60_000);
    expect(world.events.take().length).toBeGreaterThan(2);
    has('one')(world);
    await world.clock.advance(0);
    expect(world.running('web', 'app')).toBeDefined();
    world.life.crash();
  });

  it('follows the object, and keeps what it has when that goes', async () => {
    const world = await worldWith(SETTINGS, {}, has('one'));
    world.store.update(aConfigMap('settings', { k: 'two' }));
    await world.clock.advance(0);
    expect(written(world)).toBe('two');
    world.events.take();
    world.store.remove('ConfigMap', 'default/settings');
    await world.clock.advance(0);
    expect(world.events.take()).toEqual([
      'Warning FailedMount MountVolume.SetUp failed for volume "v" : configmap "settings" not found',
    ]);
    expect(written(world)).toBe('two');
    // A container that ends meanwhile is started again with what there is.
    world.engine.die(world.running('web', 'app'), 1);
    await world.clock.advance(0);
    expect(world.running('web', 'app').spec.attempt).toBe(1);
    world.life.crash();
  });

  it('is written again for the next agent and for another sandbox', async () => {
    const world = await worldWith(SETTINGS, {}, has('one'));
    await world.restart();
    expect(writes(world)).toBe(1);
    world.engine.die(world.running('web', 'POD'), 137);
    await world.clock.advance(11_000);
    expect(world.containers('web')).toContain('POD/1 running');
    expect(writes(world)).toBe(2);
    world.life.crash();
  });

  it('holds back a container when what it is made of is gone before it was written', async () => {
    const world = await worldWith(SETTINGS, {}, has('one'));
    world.store.remove('ConfigMap', 'default/settings');
    world.engine.die(world.running('web', 'POD'), 137);
    await world.clock.advance(20_000);
    expect(world.containers('web').filter((line) => line.endsWith('running'))).toEqual([]);
    has('two')(world);
    await world.clock.advance(20_000);
    expect(written(world)).toBe('two');
    expect(world.running('web', 'app')).toBeDefined();
    world.life.crash();
  });

  it('shows the labels the pod has now', async () => {
    const items = [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }];
    const world = await worldWith({ name: 'v', downwardAPI: { items } });
    expect(written(world)).toBe('');
    const pod = world.pod('web');
    if (pod === undefined) throw new Error('no pod');
    world.store.update({ ...pod, metadata: { ...pod.metadata, labels: { a: 'b' } } });
    await world.clock.advance(0);
    expect(written(world)).toBe('a="b"');
    world.life.crash();
  });

  it('with a token waits for an agent that can make one', async () => {
    const sources = [{ serviceAccountToken: { path: 'token' } }];
    const world = await worldWith({ name: 'v', projected: { sources } });
    expect(world.events.take()[0]).toMatch(
      /^Warning FailedMount .* failed to fetch token: serviceaccounts "default" not found/,
    );
    world.life.crash();
  });
});

describe('a path of the host', () => {
  it('is looked at before anything starts', async () => {
    const volume = { name: 'v', hostPath: { path: '/srv', type: 'File' as const } };
    const world = await worldWith(volume, {}, ({ engine }) => void engine.hostPaths.set('/srv', 'directory'));
    expect(world.events.take()).toEqual([
      'Warning FailedMount MountVolume.SetUp failed for volume "v" : hostPath type check failed: /srv is not a file',
    ]);
    expect(world.containers('web')).toEqual([]);
    world.engine.hostPaths.set('/srv', 'file');
    await world.clock.advance(20_000);
    expect(world.running('web', 'app')).toBeDefined();
    world.life.crash();
  });
});

describe('an image as a volume', () => {
  const volume: Volume = { name: 'v', image: { reference: 'data:1' } };

  it('is pulled like the container’s own, and mounted by its id', async () => {
    const world = await worldWith(volume, {}, ({ engine }) => {
      engine.registry.set('data:1', { id: 'sha256:data', sizeBytes: 1, user: '' });
    });
    expect(world.running('web', 'app').spec).toMatchObject({ mounts: [{ type: 'image', image: 'sha256:data' }] });
    expect(world.events.take()).toContain('Normal Pulling Pulling image "data:1"');
    world.life.crash();
  });

  it('that cannot be pulled holds the container back', async () => {
    const world = await worldWith(volume);
    await world.clock.advance(2_000);
    const state = world.pod('web')?.status?.containerStatuses?.[0]?.state;
    expect(state?.waiting?.reason).toBe('ImagePullBackOff');
    world.life.crash();
  });

  it('is refused by an engine that is too old, before anything is pulled', async () => {
    const world = await worldWith(volume, {}, ({ engine }) => void (engine.canMountImages = false));
    expect(world.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'CreateContainerError',
      message: 'image volumes take Docker 28 (API 1.48), and this is 20.10.24 (API 1.41)',
    });
    expect(world.life.runtime.calls.map(({ verb }) => verb)).not.toContain('images.pull');
    world.life.crash();
  });
});

describe('a part of a volume', () => {
  it('is resolved at every start', async () => {
    const world = await worldWith({ name: 'v', emptyDir: {} }, { subPath: 'a' });
    expect(world.running('web', 'app').spec).toMatchObject({ mounts: [{ subPath: { name: 'v', path: 'a' } }] });
    world.engine.die(world.running('web', 'app'), 1);
    await world.clock.advance(0);
    const resolved = world.life.runtime.calls.filter(({ verb }) => verb === 'volumes.resolveSubPath');
    expect(resolved.map(({ argument }) => argument)).toEqual(['v/a', 'v/a']);
    world.life.crash();
  });
});
