import { describe, expect, it } from '@jest/globals';
import type { ContainerStatus, Pod, PodSpec } from '../../../src/api/schema/pod.js';
import type { ContainerSpec } from '../../../src/runtime/specs.js';
import { aContainer } from '../../support/builders.js';
import { PodWorld } from '../../support/pod-world.js';

/** What the API lets a client change of a running pod. */
async function change(world: PodWorld, edit: (spec: PodSpec) => Partial<PodSpec>): Promise<void> {
  const pod = world.pod('web');
  if (pod === undefined) throw new Error('there is no pod');
  world.store.update<Pod>({ ...pod, spec: { ...pod.spec, ...edit(pod.spec) } });
  await world.clock.advance(100);
}

const withImage =
  (name: string, image: string) =>
  (spec: PodSpec): Partial<PodSpec> => {
    const edit = (containers: PodSpec['containers']): PodSpec['containers'] =>
      containers.map((container) => (container.name === name ? { ...container, image } : container));
    return { containers: edit(spec.containers), initContainers: edit(spec.initContainers ?? []) };
  };

const restarts = (statuses: readonly ContainerStatus[] | undefined): Record<string, number> =>
  Object.fromEntries((statuses ?? []).map(({ name, restartCount }) => [name, restartCount]));

async function worldWith(spec: Partial<PodSpec>, prepare: (world: PodWorld) => void = () => undefined) {
  const world = new PodWorld();
  world.engine.addImage('busybox:2');
  prepare(world);
  await world.start();
  await world.add('web', spec);
  await world.clock.advance(100);
  return world;
}

describe('a changed image', () => {
  it('restarts just that container, in the same sandbox', async () => {
    const world = await worldWith({ containers: [aContainer('app'), aContainer('other')] });
    world.events.take();
    await change(world, withImage('app', 'busybox:2'));

    expect(world.course('web', 'start', 'die').slice(-2)).toEqual(['die app/0', 'start app/1']);
    expect(world.containers('web')).toEqual(['POD/0 running', 'app/0 exited', 'other/0 running', 'app/1 running']);
    const status = world.pod('web')?.status;
    expect(restarts(status?.containerStatuses)).toEqual({ app: 1, other: 0 });
    expect(status?.containerStatuses?.[0]).toMatchObject({ image: 'busybox:2', lastState: { terminated: {} } });
    expect(world.events.all.map(({ fieldPath, line }) => `${line} (${String(fieldPath)})`)).toEqual([
      'Normal Killing Container app definition changed, will be restarted (spec.containers{app})',
      'Normal Pulled Container image "busybox:2" already present on machine (spec.containers{app})',
      'Normal Created Created container: app (spec.containers{app})',
      'Normal Started Started container app (spec.containers{app})',
    ]);
    world.life.crash();
  });

  it('ends a crash loop at once', async () => {
    const world = await worldWith({}, ({ engine }) =>
      engine.behaviours.set('app', (attempt) => (attempt < 3 ? { exitAfterMs: 10, exitCode: 1 } : {})),
    );
    await world.clock.advance(15_000);
    expect(world.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('CrashLoopBackOff');
    const before = world.elapsed;
    await change(world, withImage('app', 'busybox:2'));
    expect(world.startTimes('web', 'app').at(-1)).toBe(before / 1_000);
    expect(world.running('web', 'app').spec).toMatchObject({ attempt: 3, backoffMs: 0 });
    world.life.crash();
  });

  it('recovers at once from an image that could not be pulled', async () => {
    const world = await worldWith({ containers: [aContainer('app', { image: 'missing:1' })] });
    await world.clock.advance(2_000);
    expect(world.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ImagePullBackOff');
    await change(world, withImage('app', 'busybox:2'));
    expect(world.containers('web')).toEqual(['POD/0 running', 'app/0 running']);
    expect(restarts(world.pod('web')?.status?.containerStatuses)).toEqual({ app: 0 });
    world.life.crash();
  });

  it('of an init container that could not run lets it run, and then the rest', async () => {
    const world = await worldWith({ initContainers: [aContainer('setup', { image: 'missing:1' })] }, ({ engine }) =>
      engine.behaviours.set('setup', { exitAfterMs: 10 }),
    );
    await world.clock.advance(2_000);
    await change(world, withImage('setup', 'busybox:2'));
    expect(world.course('web', 'start')).toEqual(['start POD/0', 'start setup/0', 'start app/0']);
    world.life.crash();
  });

  it('of an init container that has done its work restarts nothing', async () => {
    const world = await worldWith({ initContainers: [aContainer('setup')] }, ({ engine }) =>
      engine.behaviours.set('setup', { exitAfterMs: 10 }),
    );
    await change(world, withImage('setup', 'busybox:2'));
    expect(world.course('web', 'start')).toEqual(['start POD/0', 'start setup/0', 'start app/0']);
    world.life.crash();
  });
});

describe('an added ephemeral container', () => {
  const debug = { ...aContainer('debug'), targetContainerName: 'app', stdin: true, tty: true };
  const add = (): Partial<PodSpec> => ({ ephemeralContainers: [debug] });

  it('runs beside the rest, in the PID namespace of its target, and is told of by its own path', async () => {
    const world = await worldWith({});
    world.events.take();
    await change(world, add);
    const { spec } = world.running('web', 'debug');
    const target = world.running('web', 'app').id;
    expect(spec as unknown as ContainerSpec).toMatchObject({
      kind: 'ephemeral',
      pid: { containerId: target },
      stdin: true,
      tty: true,
    });
    expect(world.pod('web')?.status?.ephemeralContainerStatuses).toMatchObject([
      { name: 'debug', ready: false, state: { running: {} } },
    ]);
    expect(world.events.all.map(({ fieldPath }) => fieldPath)).toEqual(
      Array(3).fill('spec.ephemeralContainers{debug}'),
    );
    expect(restarts(world.pod('web')?.status?.containerStatuses)).toEqual({ app: 0 });
    world.life.crash();
  });

  it('says when its target is not there, and starts once it is', async () => {
    const world = await worldWith({ containers: [aContainer('app', { image: 'late:1' })] });
    await change(world, add);
    expect(world.pod('web')?.status?.ephemeralContainerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'unable to find target container app',
    });
    world.engine.addImage('late:1');
    await world.clock.advance(40_000);
    expect(world.running('web', 'debug').spec.attempt).toBe(0);
    world.life.crash();
  });

  it('is tried again until its image is there, and never once it has run', async () => {
    const world = await worldWith({});
    await change(world, () => ({ ephemeralContainers: [aContainer('debug', { image: 'late:1' })] }));
    await world.clock.advance(5_000);
    expect(world.course('web', 'start')).toEqual(['start POD/0', 'start app/0']);
    world.engine.behaviours.set('debug', { exitAfterMs: 1_000, exitCode: 3 });
    world.engine.addImage('late:1', 'registry');
    await world.clock.advance(120_000);
    expect(world.course('web', 'start').slice(2)).toEqual(['start debug/0']);
    expect(world.pod('web')?.status?.ephemeralContainerStatuses).toMatchObject([
      { restartCount: 0, state: { terminated: { exitCode: 3 } } },
    ]);
    expect(world.pod('web')?.status?.phase).toBe('Running');
    world.life.crash();
  });

  it('goes with the pod', async () => {
    const world = await worldWith({});
    await change(world, add);
    await world.delete('web');
    await world.clock.advance(60_000);
    expect(world.containers()).toEqual([]);
    expect(world.pod('web')).toBeUndefined();
    world.life.crash();
  });
});
