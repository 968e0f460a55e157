import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContainerStateTerminated } from '../../../src/api/schema/pod-status.js';
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
  /** From the request to the end of the process. */
  readonly seconds: number;
  /** The last state before the object was removed. */
  readonly terminated: ContainerStateTerminated | undefined;
}

/** How a container ends, seen from the engine and in the pod's last status. Starts to look at once. */
async function ending(pod: string, container = 'app', from = systemClock.monotonic()): Promise<Ending> {
  const { id } = await node.running(pod, container);
  const watching = new AbortController();
  let terminated: ContainerStateTerminated | undefined;
  const watched = (async () => {
    const { resourceVersion } = node.agent.store.list('Pod');
    const events = node.agent.store.watch('Pod', resourceVersion, watching.signal);
    for await (const { object } of events) {
      if (object.metadata.name === pod) terminated = node.status(pod, container)?.state?.terminated ?? terminated;
    }
  })();
  const { StatusCode } = (await node.docker.getContainer(id).wait()) as { StatusCode: number };
  const seconds = (systemClock.monotonic() - from) / 1000;
  await eventually('the agent has seen it', () => terminated !== undefined || node.pod(pod) === undefined);
  watching.abort();
  await watched;
  return { exitCode: StatusCode, seconds, terminated };
}

describe('a container that is asked to end', () => {
  it.each([
    ['0', SERVES, 0],
    ['143', 'trap "exit 143" TERM; sleep 100000 & wait', 143],
  ])('ends at once, with its own code, when it obeys: %s', async (how, script, exitCode) => {
    const name = `obeys-${how}`;
    node.create(name, { terminationGracePeriodSeconds: 30, containers: [app(script)] });
    await node.ready(name);
    const end = ending(name);
    node.agent.deletePod('default', name);
    const { terminated, ...seen } = await end;
    expect(seen.exitCode).toBe(exitCode);
    expect(seen.seconds).toBeLessThan(5);
    expect(terminated).toMatchObject({ exitCode });
  });

  it('is killed when its grace is over and not before, also when that begins late in a second', async () => {
    node.create('deaf', { terminationGracePeriodSeconds: 4, containers: [app(DEAF)] });
    await node.ready('deaf');
    const end = ending('deaf');
    await eventually('the second is nearly over', () => systemClock.now() % 1000 > 930);
    const asked = systemClock.monotonic();
    node.agent.deletePod('default', 'deaf');
    const { id } = await node.running('deaf');
    const { StatusCode } = (await node.docker.getContainer(id).wait()) as { StatusCode: number };
    const seconds = (systemClock.monotonic() - asked) / 1000;
    expect(StatusCode).toBe(137);
    expect(seconds).toBeGreaterThanOrEqual(4);
    expect(seconds).toBeLessThan(6);
    expect((await end).terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    await node.gone('deaf');
  });

  it('gets two seconds at least', async () => {
    node.create('one-second', { terminationGracePeriodSeconds: 1, containers: [app(DEAF)] });
    await node.ready('one-second');
    const end = ending('one-second');
    node.agent.deletePod('default', 'one-second');
    const { exitCode, seconds } = await end;
    expect(exitCode).toBe(137);
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThan(4);
  });

  it('gets less when somebody asks again with a shorter grace', async () => {
    node.create('hurried', { terminationGracePeriodSeconds: 600, containers: [app(DEAF)] });
    await node.ready('hurried');
    const end = ending('hurried');
    node.agent.deletePod('default', 'hurried');
    await eventually('it is being stopped', () => node.reasons('hurried').includes('Killing'));
    node.agent.deletePod('default', 'hurried', 3);
    const { exitCode, seconds } = await end;
    expect(exitCode).toBe(137);
    expect(seconds).toBeGreaterThanOrEqual(2);
    expect(seconds).toBeLessThan(6);
    await node.gone('hurried');
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
      10_000,
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
    await node.gone('crash', 5_000);
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
      terminationGracePeriodSeconds: 5,
      initContainers: [app(DEAF, { name: 'deaf', ...sidecar }), app(SERVES, { name: 'second', ...sidecar })],
      containers: [app("trap 'sleep 2; exit 0' TERM; sleep 100000 & wait")],
    });
    await node.ready('shared');
    const [main, second, deaf] = [ending('shared'), ending('shared', 'second'), ending('shared', 'deaf')];
    node.agent.deletePod('default', 'shared');
    const ends = [await main, await second, await deaf];
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 137]);
    const [mainSeconds = 0, secondSeconds = 0, deafSeconds = 0] = ends.map(({ seconds }) => seconds);
    expect(mainSeconds).toBeLessThan(secondSeconds);
    expect(secondSeconds).toBeLessThan(deafSeconds);
    expect(deafSeconds).toBeGreaterThanOrEqual(5);
    expect(deafSeconds).toBeLessThan(8);
  });
});
