import { describe, expect, it } from '@jest/globals';
import type { ContainerStatus, Pod, PodSpec } from '../../../src/api/schema/pod.js';
import type { ContainerSpec } from '../../../src/runtime/specs.js';
import { aContainer } from '../../support/builders.js';
import type { FakeRuntime, FakeVerb } from '../../support/fake-runtime.js';
import { PodWorld } from '../../support/pod-world.js';

/**
 * A small sweep: one life of a pod, disturbed at every single call to the engine in turn. Whatever happens, the end is the
 * same as without.
 */
const VERBS: readonly FakeVerb[] = [
  'listPods',
  'inspectPod',
  'runSandbox',
  'stopSandbox',
  'removeSandbox',
  'createContainer',
  'startContainer',
  'stopContainer',
  'removeContainer',
  'images.find',
  'images.pull',
  'volumes.ensure',
  'volumes.list',
  'volumes.remove',
];

/** The call with this number fails once, before or after its effect. */
function failAt(
  runtime: FakeRuntime,
  call: number,
  when: 'before' | 'after',
  happens: () => void = () => undefined,
): void {
  let count = 0;
  for (const verb of VERBS) {
    const matches = (): boolean => {
      const hit = count === call;
      count += 1;
      if (hit) happens();
      return hit;
    };
    runtime.inject({ verb, when, matches });
  }
}

interface Story {
  readonly title: string;
  readonly spec: Partial<PodSpec>;
  readonly behave: (world: PodWorld) => void;
  /** Once the pod is there. */
  readonly happens?: (world: PodWorld) => Promise<void>;
  readonly ends: Outcome;
}

/** What is left to see at the end, without times and ids. */
interface Outcome {
  /** Undefined when the object is gone. */
  readonly phase: string | undefined;
  /** `app running, 2 restarts, before 1`: each container with its exit codes. */
  readonly statuses: readonly string[];
  readonly engine: readonly string[];
  readonly volumes: readonly string[];
}

const data = (name: string): ReturnType<typeof aContainer> =>
  aContainer(name, { volumeMounts: [{ name: 'data', mountPath: '/data' }] });

const STORIES: readonly Story[] = [
  {
    title: 'a pod with everything comes up',
    spec: {
      volumes: [{ name: 'data', emptyDir: {} }],
      initContainers: [data('setup'), aContainer('proxy', { restartPolicy: 'Always' })],
      containers: [data('app'), aContainer('helper', { image: 'remote:1' })],
    },
    behave: ({ engine }) => {
      engine.addImage('remote:1', 'registry');
      engine.behaviours.set('setup', { exitAfterMs: 1_000 });
    },
    ends: {
      phase: 'Running',
      statuses: [
        'setup ended 0, 0 restarts',
        'proxy running, 0 restarts',
        'app running, 0 restarts',
        'helper running, 0 restarts',
      ],
      engine: ['POD/0 running', 'app/0 running', 'helper/0 running', 'proxy/0 running', 'setup/0 exited'],
      volumes: ['kubelette_data_web'],
    },
  },
  {
    title: 'a container fails twice and then stays',
    spec: { restartPolicy: 'OnFailure' },
    behave: ({ engine }) =>
      engine.behaviours.set('app', (attempt) => (attempt < 2 ? { exitAfterMs: 500, exitCode: 1 } : {})),
    ends: {
      phase: 'Running',
      statuses: ['app running, 2 restarts, before 1'],
      engine: ['POD/0 running', 'app/1 exited', 'app/2 running'],
      volumes: [],
    },
  },
  {
    title: 'a job ends and is cleared up',
    spec: {
      restartPolicy: 'Never',
      initContainers: [aContainer('proxy', { restartPolicy: 'Always' })],
    },
    behave: ({ engine }) => engine.behaviours.set('app', { exitAfterMs: 2_000 }),
    ends: {
      phase: 'Succeeded',
      statuses: ['proxy ended 143, 0 restarts', 'app ended 0, 0 restarts'],
      engine: ['POD/0 exited', 'app/0 exited', 'proxy/0 exited'],
      volumes: [],
    },
  },
  {
    title: 'a pod is deleted',
    spec: { volumes: [{ name: 'data', emptyDir: {} }], containers: [data('app'), aContainer('helper')] },
    behave: ({ engine }) => engine.behaviours.set('app', { termAfterMs: 1_000 }).set('helper', { ignoresTerm: true }),
    happens: async (world) => {
      await world.clock.advance(2_000);
      // Not there yet when its creation was disturbed.
      await world.delete('web', 5);
    },
    ends: { phase: undefined, statuses: [], engine: [], volumes: [] },
  },
  {
    title: 'a sandbox dies',
    spec: { initContainers: [aContainer('setup')] },
    behave: ({ engine }) => engine.behaviours.set('setup', { exitAfterMs: 0 }),
    happens: async (world) => {
      await world.clock.advance(40_000);
      world.engine.kill(world.running('web', 'POD').id);
    },
    ends: {
      phase: 'Running',
      statuses: ['setup ended 0, 1 restarts, before 0', 'app running, 1 restarts, before 143'],
      engine: ['POD/1 running', 'app/0 exited', 'app/1 running', 'setup/1 exited'],
      volumes: [],
    },
  },
];

/** Long enough for every retry. */
const SETTLED_MS = 60_000;

function inWords({ lastState, name, restartCount, state }: ContainerStatus): string {
  const ended = state?.terminated;
  const now = ended === undefined ? (state?.running === undefined ? 'waiting' : 'running') : `ended ${ended.exitCode}`;
  const before = lastState?.terminated;
  return `${name} ${now}, ${restartCount} restarts${before === undefined ? '' : `, before ${before.exitCode}`}`;
}

function outcome(world: PodWorld): Outcome {
  const { containerStatuses = [], initContainerStatuses = [], phase } = world.pod('web')?.status ?? {};
  return {
    phase,
    statuses: [...initContainerStatuses, ...containerStatuses].map(inWords),
    engine: world.containers().sort(),
    volumes: [...world.engine.volumes.keys()],
  };
}

/** Never two instances of one container at a time, and no instance started twice. */
function breaches(world: PodWorld): string[] {
  const found: string[] = [];
  const live = new Set<string>();
  const started = new Set<string>();
  for (const { action, attempt, name } of world.history) {
    const instance = `${name}/${attempt}`;
    if (action === 'die') live.delete(name);
    if (action !== 'start') continue;
    if (live.has(name)) found.push(`${instance} beside another`);
    if (started.has(instance)) found.push(`${instance} twice`);
    live.add(name);
    started.add(instance);
  }
  return found;
}

async function tell(story: Story, disturb: (world: PodWorld, runtime: FakeRuntime) => void): Promise<PodWorld> {
  const world = new PodWorld();
  story.behave(world);
  await world.start((runtime) => disturb(world, runtime));
  await world.add('web', { terminationGracePeriodSeconds: 5, ...story.spec });
  await story.happens?.(world);
  await world.clock.advance(SETTLED_MS);
  world.life.crash();
  return world;
}

/** How many calls it takes while anything happens; later ones are only looks at what is settled. */
async function callsOf(story: Story): Promise<number> {
  let calls = 0;
  const world = await tell(story, ({ engine }, runtime) => {
    engine.listeners.add(() => {
      calls = runtime.calls.length;
    });
  });
  return Math.min(calls + 15, world.life.runtime.calls.length);
}

describe.each(STORIES)('$title', (story) => {
  it('when nothing disturbs it', async () => {
    const world = await tell(story, () => undefined);
    expect(breaches(world)).toEqual([]);
    expect(outcome(world)).toEqual(story.ends);
  });

  it.each(['before', 'after'] as const)('as well when any call fails %s its effect', async (when) => {
    const calls = await callsOf(story);
    expect(calls).toBeGreaterThan(15);
    for (let call = 0; call < calls; call += 1) {
      const world = await tell(story, (_world, runtime) => failAt(runtime, call, when));
      expect({ call, breaches: breaches(world), outcome: outcome(world) }).toEqual({
        call,
        breaches: [],
        outcome: story.ends,
      });
    }
  });

  it.each(['before', 'after'] as const)('as well when the agent is killed %s the effect of any call', async (when) => {
    const calls = await callsOf(story);
    for (let call = 0; call < calls; call += 1) {
      const world = await tell(story, (world, runtime) =>
        failAt(runtime, call, when, () => {
          world.life.crash();
          world.spawn();
        }),
      );
      expect({ call, breaches: breaches(world), outcome: outcome(world) }).toEqual({
        call,
        breaches: [],
        outcome: story.ends,
      });
    }
  });

  it('as well when all events are lost', async () => {
    const world = await tell(story, (_world, runtime) => {
      const events = runtime.events.bind(runtime);
      runtime.events = async function* (signal) {
        for await (const hint of events(signal)) if (hint.action === 'connected') yield hint;
      };
    });
    expect({ breaches: breaches(world), outcome: outcome(world) }).toEqual({ breaches: [], outcome: story.ends });
  });

  it('as well when every event comes three times, and late', async () => {
    const world = await tell(story, ({ clock }, runtime) => {
      const events = runtime.events.bind(runtime);
      runtime.events = async function* (signal) {
        for await (const hint of events(signal)) {
          yield hint;
          if (hint.action === 'connected') continue;
          await clock.sleep(700, signal);
          yield hint;
          yield hint;
        }
      };
    });
    expect({ breaches: breaches(world), outcome: outcome(world) }).toEqual({ breaches: [], outcome: story.ends });
  });
});

describe('a worker', () => {
  it('that is woken for nothing writes nothing and does nothing', async () => {
    const world = new PodWorld();
    await world.start();
    await world.add('web');
    const { revision } = world.store;
    const acted = world.history.length;
    for (let round = 0; round < 20; round += 1) {
      world.life.workers.wake('web');
      world.life.workers.wakeAll();
      await world.clock.advance(1_000);
    }
    expect([world.store.revision, world.history.length]).toEqual([revision, acted]);
  });

  it('looks again by itself within a minute and a half, should nobody wake it', async () => {
    const world = new PodWorld();
    await world.start((runtime) => {
      runtime.events = async function* () {
        yield* [];
      };
      runtime.inject({ verb: 'listPods', when: 'before', times: 1_000_000 });
    });
    await world.add('web');
    world.engine.die(world.running('web', 'app'), 1);
    await world.clock.advance(90_000);
    expect(world.pod('web')?.status?.containerStatuses?.[0]?.restartCount).toBe(1);
  });

  it('leaves to the next engine what one that is being stopped has ended, and then starts it once', async () => {
    const world = new PodWorld();
    await world.start();
    await world.add('web', { containers: [aContainer('app'), aContainer('deaf')] });
    const before = world.containers('web');
    // It closes its socket, ends one container after the other, and answers all the while who is connected.
    world.engine.stopping = true;
    world.engine.die(world.running('web', 'POD'), 0);
    world.engine.die(world.running('web', 'app'), 0);
    await world.clock.advance(8_000);
    expect(before).toEqual(['POD/0 running', 'app/0 running', 'deaf/0 running']);
    expect(world.containers('web')).toEqual(['POD/0 exited', 'app/0 exited', 'deaf/0 running']);
    expect(world.events.take('web').filter((line) => line.includes('SandboxChanged'))).toEqual([]);
    world.engine.die(world.running('web', 'deaf'), 137);
    world.engine.restartEngine();
    world.engine.down = true;
    await world.clock.advance(2_000);
    Object.assign(world.engine, { stopping: false, down: false });
    await world.clock.advance(2_000);
    expect(world.pod('web')?.status?.containerStatuses).toMatchObject([
      { name: 'app', restartCount: 1, state: { running: {} } },
      { name: 'deaf', restartCount: 1, state: { running: {} } },
    ]);
    expect(world.containers('web')).toContain('POD/1 running');
  });

  it.each([-3_600_000, 3_600_000])('waits no longer for a next try because the clock was set by %i ms', async (ms) => {
    const world = new PodWorld();
    await world.start((runtime) => {
      const refused = { verb: 'createContainer', when: 'before', error: new Error('not now') } as const;
      runtime.inject({ ...refused, matches: (spec) => (spec as ContainerSpec).name === 'app', times: 2 });
    });
    await world.add('web', { containers: [aContainer('app'), aContainer('pulled', { image: 'remote:1' })] });
    const reasons = (): unknown[] =>
      (world.pod('web')?.status?.containerStatuses ?? []).map(({ state }) => state?.waiting?.reason);
    expect(reasons()).toEqual(['CreateContainerError', 'ErrImagePull']);
    world.engine.addImage('remote:1', 'registry');
    world.clock.step(ms);
    await world.clock.advance(25_000);
    expect(reasons()).toEqual([undefined, undefined]);
    expect(world.pod('web')?.status?.phase).toBe('Running');
  });

  it('keeps the status of the pod as published when the status of another pod of its name is due', async () => {
    const world = new PodWorld();
    await world.start();
    world.engine.behaviours.set('app', { termAfterMs: 3_000 });
    await world.add('web');
    await world.delete('web', 0);
    world.store.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default', uid: 'other' },
      spec: { containers: [aContainer('app', { image: 'nowhere:1' })] },
    });
    await world.clock.advance(10_000);
    expect(world.pod('web')).toMatchObject({ metadata: { uid: 'other' }, status: { phase: 'Pending' } });
  });
});
