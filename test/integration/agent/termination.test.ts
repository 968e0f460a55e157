import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContainerStateTerminated, PodStatus } from '../../../src/api/schema/pod-status.js';
import type { Pod } from '../../../src/api/schema/pod.js';
import { systemClock } from '../../../src/lib/clock.js';
import { app, DEAF, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('termination');
});
afterAll(async () => node.close());

interface Ending {
  readonly exitCode: number;
  /** From the request to the end of the process, as the engine dates that. */
  readonly seconds: number;
  /** The last state before the object was removed. */
  readonly terminated: ContainerStateTerminated | undefined;
}

/** For what others do on this machine, and an engine that is silent for a while. */
const SLACK_SECONDS = 25;

interface Deletion {
  readonly containers?: readonly string[];
  /** What is waited for right before. */
  readonly before?: () => Promise<unknown>;
  /** What else is done when it was asked for. */
  readonly after?: () => Promise<unknown>;
}

/** Deletes the pod, and tells how containers of it end, seen from the engine and in the pod's last status. */
async function endings(
  pod: string,
  { after, before, containers = ['app'] }: Deletion = {},
): Promise<readonly Ending[]> {
  const ids = await Promise.all(containers.map(async (name) => (await node.running(pod, name)).id));
  await before?.();
  const last = lastStatus(pod, node.agent.store.list('Pod').resourceVersion);
  const asked = systemClock.now();
  node.agent.deletePod('default', pod);
  await after?.();
  const deaths = await Promise.all(ids.map(async (id) => death(id, asked)));
  const { containerStatuses = [], initContainerStatuses = [] } = (await last) ?? {};
  const statuses = [...initContainerStatuses, ...containerStatuses];
  return deaths.map(({ exitCode, time }, index) => ({
    exitCode,
    seconds: (time - asked) / 1000,
    terminated: statuses.find(({ name }) => name === containers[index])?.state?.terminated,
  }));
}

/** Of a pod, when its object goes. */
async function lastStatus(pod: string, since: string): Promise<PodStatus | undefined> {
  const events = node.agent.store.watch<Pod>('Pod', since, new AbortController().signal);
  for await (const { object, type } of events)
    if (object.metadata.name === pod && type === 'DELETED') return object.status;
  return undefined;
}

/** The engine remembers what happened, so it does not matter who is first. @returns when, in epoch ms */
async function death(id: string, since: number): Promise<{ readonly exitCode: number; readonly time: number }> {
  const filters = { container: [id], event: ['die'] };
  for await (const line of await node.docker.getEvents({ since: Math.floor(since / 1000), filters })) {
    const { Actor, timeNano } = JSON.parse(line.toString()) as {
      readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
      readonly timeNano: number;
    };
    return { exitCode: Number(Actor.Attributes['exitCode']), time: timeNano / 1e6 };
  }
  throw new Error('the engine tells no more');
}

describe('a container that is asked to end', () => {
  it.each([
    ['0', SERVES, 0],
    ['143', 'trap "exit 143" TERM; sleep 100000 & wait', 143],
  ])('ends at once, with its own code, when it obeys: %s', async (how, script, exitCode) => {
    const name = `obeys-${how}`;
    node.create(name, { terminationGracePeriodSeconds: 600, containers: [app(script)] });
    await node.ready(name);
    const [end] = await endings(name);
    expect(end).toMatchObject({ exitCode, terminated: { exitCode } });
    expect(end?.seconds).toBeLessThan(SLACK_SECONDS);
  });

  it('is killed when its grace is over and not before, also when that begins late in a second', async () => {
    node.create('deaf', { terminationGracePeriodSeconds: 4, containers: [app(DEAF)] });
    await node.ready('deaf');
    const before = async () => eventually('the second is nearly over', () => systemClock.now() % 1000 > 930);
    const [end] = await endings('deaf', { before });
    expect(end).toMatchObject({ exitCode: 137, terminated: { exitCode: 137, reason: 'Error' } });
    expect(end?.seconds).toBeGreaterThanOrEqual(4);
    expect(end?.seconds).toBeLessThan(4 + SLACK_SECONDS);
  });

  it('gets two seconds at least', async () => {
    node.create('one-second', { terminationGracePeriodSeconds: 1, containers: [app(DEAF)] });
    await node.ready('one-second');
    const [end] = await endings('one-second');
    expect(end?.exitCode).toBe(137);
    expect(end?.seconds).toBeGreaterThanOrEqual(2);
    expect(end?.seconds).toBeLessThan(2 + SLACK_SECONDS);
  });

  it('gets less when somebody asks again with a shorter grace', async () => {
    node.create('hurried', { terminationGracePeriodSeconds: 600, containers: [app(DEAF)] });
    await node.ready('hurried');
    const [end] = await endings('hurried', {
      after: async () => {
        await eventually('it is being stopped', () => node.reasons('hurried').includes('Killing'));
        node.agent.deletePod('default', 'hurried', 3);
      },
    });
    expect(end?.exitCode).toBe(137);
    expect(end?.seconds).toBeGreaterThanOrEqual(2);
    expect(end?.seconds).toBeLessThan(3 + SLACK_SECONDS);
    expect(await node.containers('hurried')).toEqual([]);
  });

  it('loses its object at once and itself soon with a grace of 0, also in the middle of a long one', async () => {
    const spec = {
      terminationGracePeriodSeconds: 600,
      containers: [app(DEAF)],
      volumes: [{ name: 'v', emptyDir: {} }],
    };
    node.create('forced', spec);
    node.create('forced-late', spec);
    await Promise.all([node.ready('forced'), node.ready('forced-late')]);
    const before = await node.containers('forced');
    node.agent.deletePod('default', 'forced-late');
    await eventually('it is being stopped', () => node.reasons('forced-late').includes('Killing'));
    for (const name of ['forced', 'forced-late']) {
      node.agent.deletePod('default', name, 0);
      expect(node.pod(name)).toBeUndefined();
    }
    // The name is free at once, and the successor has nothing to do with the one that is still being killed.
    node.create('forced', {});
    await node.ready('forced');
    await eventually(
      'the containers follow',
      async () =>
        (await node.containers('forced-late')).length === 0 &&
        (await node.containers('forced')).every(({ id }) => before.every((old) => old.id !== id)),
    );
    await eventually('and the volumes', async () => (await node.leftovers()).volumes.length === 0);
    expect(node.status('forced')).toMatchObject({ restartCount: 0, ready: true });
    node.agent.deletePod('default', 'forced');
    await node.gone('forced');
  });

  it('that waits for its restart is not started again', async () => {
    node.create('crash', { containers: [app('exit 1')] });
    await node.waits('crash', 'CrashLoopBackOff');
    node.agent.deletePod('default', 'crash');
    await node.gone('crash');
    expect(await node.containers('crash')).toEqual([]);
  });

  it('goes although it is just being made', async () => {
    for (const waitMs of [0, 40, 120, 250, 400]) {
      const name = `fresh-${String(waitMs)}`;
      node.create(name, { initContainers: [app('true', { name: 'init' })], volumes: [{ name: 'v', emptyDir: {} }] });
      await systemClock.sleep(waitMs, new AbortController().signal);
      node.agent.deletePod('default', name);
    }
    for (const waitMs of [0, 40, 120, 250, 400]) await node.gone(`fresh-${String(waitMs)}`);
    expect(await node.leftovers()).toEqual({ containers: [], volumes: [], networks: [] });
  });
});

describe('sidecars', () => {
  const finishedAt = async (pod: string, name: string): Promise<number> => {
    const [container] = await node.containers(pod, name);
    if (container === undefined) throw new Error(`${pod}/${name} is gone`);
    const { State } = await node.docker.getContainer(container.id).inspect();
    return Date.parse(State.FinishedAt);
  };

  it('end after the main container of a finished job, the last one first, and do not change its outcome', async () => {
    const sidecar = { restartPolicy: 'Always' as const };
    node.create('job', {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 10,
      initContainers: [app(SERVES, { name: 'first', ...sidecar }), app(SERVES, { name: 'second', ...sidecar })],
      containers: [app('sleep 1')],
    });
    await node.until('job', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    const [main, first, second] = [
      await finishedAt('job', 'app'),
      await finishedAt('job', 'first'),
      await finishedAt('job', 'second'),
    ];
    expect(main).toBeLessThan(second);
    expect(second).toBeLessThan(first);
    expect(node.status('job', 'first')?.restartCount).toBe(0);
  });

  it('outlive the main container of a deleted pod and share its grace', async () => {
    const sidecar = { restartPolicy: 'Always' as const };
    node.create('shared', {
      terminationGracePeriodSeconds: 8,
      initContainers: [app(DEAF, { name: 'deaf', ...sidecar }), app(SERVES, { name: 'second', ...sidecar })],
      containers: [app("trap 'sleep 2; exit 0' TERM; sleep 100000 & wait")],
    });
    await node.ready('shared');
    const ends = await endings('shared', { containers: ['app', 'second', 'deaf'] });
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 137]);
    const [mainSeconds = 0, secondSeconds = 0, deafSeconds = 0] = ends.map(({ seconds }) => seconds);
    expect(mainSeconds).toBeLessThan(secondSeconds);
    expect(secondSeconds).toBeLessThan(deafSeconds);
    expect(deafSeconds).toBeGreaterThanOrEqual(8);
    expect(deafSeconds).toBeLessThan(8 + SLACK_SECONDS);
  });
});
