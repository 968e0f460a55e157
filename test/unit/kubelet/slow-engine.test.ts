import { afterEach, describe, expect, it } from '@jest/globals';
import { aContainer } from '../../support/builders.js';
import { PodWorld } from '../../support/pod-world.js';

const LOOK_MS = 10_000;

/** An engine that takes ten seconds to say what there is, and what it says is as old then. */
let world: PodWorld;
/** When each container was sent its stop signal for the first time, in ms since the world began, by name. */
let stoppedAt: Map<string, number>;

async function start(): Promise<void> {
  world = new PodWorld();
  stoppedAt = new Map();
  await begin();
}

/** A life of the agent. */
async function begin(): Promise<void> {
  await world.start((runtime) => {
    runtime.takes = (verb, argument) => {
      const { spec } = world.engine.containers.get(String(argument)) ?? {};
      if (verb === 'stopContainer' && spec?.role === 'container' && !stoppedAt.has(spec.name))
        stoppedAt.set(spec.name, world.elapsed);
      return verb === 'inspectPod' ? { after: LOOK_MS } : {};
    };
  });
}

/** With a pod whose container runs and ends only when it is killed. */
async function startDeaf(): Promise<void> {
  await start();
  world.engine.behaviours.set('app', { ignoresTerm: true });
  await world.add('web');
  await world.clock.advance(60_000);
}

/** Seconds between stop signal and end. */
const graceOf = (name: string): number => {
  const died = world.history.find((entry) => entry.action === 'die' && entry.name === name)?.at ?? NaN;
  return (died - (stoppedAt.get(name) ?? NaN)) / 1_000;
};

afterEach(() => world.life.crash());

describe('on an engine that takes ten seconds to say what there is', () => {
  it('a container that is deleted is given the whole grace', async () => {
    await startDeaf();
    await world.delete('web', 30);
    await world.clock.advance(100_000);
    expect(graceOf('app')).toBe(30);
    expect(world.pod('web')).toBeUndefined();
  });

  it('a sidecar is given the whole grace when the work is done', async () => {
    await start();
    world.engine.behaviours.set('app', { exitAfterMs: 60_000 }).set('proxy', { ignoresTerm: true });
    await world.add('job', {
      initContainers: [aContainer('proxy', { restartPolicy: 'Always' })],
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 15,
    });
    await world.clock.advance(200_000);
    expect(graceOf('proxy')).toBe(15);
    expect(world.pod('job')?.status?.phase).toBe('Succeeded');
  });

  it('a shorter grace that is asked for later counts from when the container was told to stop', async () => {
    await startDeaf();
    await world.delete('web', 60);
    await world.clock.advance(LOOK_MS + 5_000);
    await world.delete('web', 20);
    await world.clock.advance(60_000);
    expect(graceOf('app')).toBe(20);
  });

  it('a container that somebody starts in a pod that has ended is given the whole grace', async () => {
    await start();
    world.engine.behaviours.set('app', { exitAfterMs: 40_000, ignoresTerm: true });
    await world.add('job', { restartPolicy: 'Never', terminationGracePeriodSeconds: 15 });
    await world.clock.advance(200_000);
    expect(world.pod('job')?.status?.phase).toBe('Succeeded');
    for (const { id } of [...world.engine.containers.values()]) world.engine.start(id);
    await world.clock.advance(60_000);
    const [, again] = world.history.filter(({ action, name }) => action === 'die' && name === 'app');
    expect(((again?.at ?? NaN) - (stoppedAt.get('app') ?? NaN)) / 1_000).toBe(15);
  });

  it('an agent that ends in the middle of it does not make the grace begin again', async () => {
    await startDeaf();
    await world.delete('web', 60);
    await world.clock.advance(LOOK_MS + 5_000);
    world.life.crash();
    await begin();
    await world.clock.advance(100_000);
    expect(graceOf('app')).toBeLessThanOrEqual(60);
  });
});

it('a pod that comes back under its uid is not taken for the one whose traces are being removed', async () => {
  world = new PodWorld();
  await world.start((runtime) => {
    runtime.takes = (verb) => (verb === 'volumes.list' ? { after: LOOK_MS } : {});
  });
  await world.add('web');
  await world.delete('web', 0);
  await world.clock.advance(5_000);
  expect(world.containers('web')).toEqual([]);
  await world.add('web');
  const { resourceVersion } = world.store.list('Pod');
  await world.clock.advance(60_000);
  const { events } = world.store.changesAfter('Pod', resourceVersion, String(world.store.revision), 100);
  expect(events.map(({ type }) => type)).not.toContain('DELETED');
  expect(world.containers('web')).toEqual(['POD/0 running', 'app/0 running']);
});

it('a disk that takes its time to note a hook takes nothing from the grace', async () => {
  await start();
  world.life.runtime.takes = () => ({});
  const { preStopRecords } = world;
  const begin = preStopRecords.begin.bind(preStopRecords);
  let toldAt = 0;
  preStopRecords.begin = async (...about) => {
    await world.clock.sleep(6_000, new AbortController().signal);
    toldAt = world.elapsed;
    return begin(...about);
  };
  world.engine.behaviours.set('app', { ignoresTerm: true });
  await world.add('web', {
    containers: [aContainer('app', { lifecycle: { preStop: { sleep: { seconds: 2 } } } })],
  });
  await world.delete('web', 30);
  await world.clock.advance(60_000);
  const died = world.history.find(({ action, name }) => action === 'die' && name === 'app')?.at ?? NaN;
  expect((died - toldAt) / 1_000).toBe(30);
});
