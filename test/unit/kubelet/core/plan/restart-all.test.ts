import { beforeEach, describe, expect, it } from '@jest/globals';
import { aContainer } from '../../../../support/builders.js';
import { PodWorld } from '../../../../support/pod-world.js';

let world: PodWorld;
beforeEach(async () => {
  world = new PodWorld();
  await world.start();
});

const all = {
  restartPolicy: 'Never' as const,
  restartPolicyRules: [
    { action: 'RestartAllContainers' as const, exitCodes: { operator: 'In' as const, values: [42] } },
  ],
};
const spec = {
  restartPolicy: 'Never' as const,
  initContainers: [aContainer('setup')],
  containers: [aContainer('trainer', all), aContainer('helper')],
};
const restarting = (): unknown =>
  world.pod('web')?.status?.conditions?.find(({ type }) => type === 'AllContainersRestarting');

describe('a restart of all containers', () => {
  beforeEach(() => {
    world.engine.behaviours
      .set('setup', { exitAfterMs: 1_000 })
      .set('trainer', (attempt) => (attempt === 0 ? { exitAfterMs: 5_000, exitCode: 42 } : {}))
      .set('helper', { ignoresTerm: true });
  });

  it('takes all of them away and begins with the first init container, in the same sandbox', async () => {
    await world.add('web', spec);
    const before = world.pod('web')?.status?.podIP;
    await world.clock.advance(7_000);
    expect(restarting()).toMatchObject({
      status: 'True',
      reason: 'RestartAllContainersStarted',
      message: 'container exited with restart policy rule',
    });
    await world.clock.advance(20_000);
    expect(world.course('web', 'start', 'die')).toEqual([
      'start POD/0',
      'start setup/0',
      'die setup/0',
      'start trainer/0',
      'start helper/0',
      'die trainer/0',
      'die helper/0',
      'start setup/1',
      'die setup/1',
      'start trainer/1',
      'start helper/1',
    ]);
    // Two seconds to end, whatever the pod's grace.
    expect(world.startTimes('web', 'setup').map(Math.floor)).toEqual([0, 8]);
    expect(world.containers()).toEqual(['POD/0 running', 'setup/1 exited', 'trainer/1 running', 'helper/1 running']);
    expect(restarting()).toMatchObject({ status: 'False' });
    expect(world.pod('web')?.status).toMatchObject({
      phase: 'Running',
      podIP: before,
      containerStatuses: [
        {
          name: 'helper',
          restartCount: 1,
          lastState: { terminated: { exitCode: 137, reason: 'RestartingAllContainers' } },
        },
        {
          name: 'trainer',
          restartCount: 1,
          lastState: { terminated: { exitCode: 137, reason: 'RestartingAllContainers' } },
        },
      ],
    });
  });

  it('goes on when the agent ends in the middle of it', async () => {
    await world.add('web', spec);
    await world.clock.advance(6_500);
    await world.restart();
    await world.clock.advance(20_000);
    expect(world.startTimes('web', 'trainer')).toHaveLength(2);
    expect(world.pod('web')?.status).toMatchObject({ phase: 'Running' });
  });

  it('is subject to back-off when it does not help', async () => {
    world.engine.behaviours.set('trainer', { exitAfterMs: 0, exitCode: 42 }).set('helper', {});
    await world.add('web', spec);
    await world.clock.advance(100_000);
    // A second for the init container, then 10, 20, 40 s after the end of the one whose rule it is.
    expect(world.startTimes('web', 'trainer').map(Math.floor)).toEqual([1, 2, 13, 34, 75]);
  });
});

describe('a restart rule', () => {
  it('restarts a container that its policy would leave, and only for its codes', async () => {
    const rules = {
      restartPolicyRules: [{ action: 'Restart' as const, exitCodes: { operator: 'In' as const, values: [3] } }],
    };
    world.engine.behaviours.set('app', (attempt) => ({ exitAfterMs: 0, exitCode: attempt < 2 ? 3 : 4 }));
    await world.add('web', {
      restartPolicy: 'Never',
      containers: [aContainer('app', { restartPolicy: 'Never', ...rules })],
    });
    await world.clock.advance(60_000);
    expect(world.startTimes('web', 'app')).toEqual([0, 0, 10]);
    expect(world.pod('web')?.status).toMatchObject({ phase: 'Failed', containerStatuses: [{ restartCount: 2 }] });
  });

  it('of an init container with policy Never fails the pod whatever the pod policy is', async () => {
    world.engine.behaviours.set('setup', { exitAfterMs: 0, exitCode: 1 });
    await world.add('web', { initContainers: [aContainer('setup', { restartPolicy: 'Never' })] });
    expect(world.pod('web')?.status).toMatchObject({ phase: 'Failed' });
    expect(world.startTimes('web', 'setup')).toEqual([0]);
  });
});

describe('an active deadline', () => {
  it('fails the pod when it is over, with the grace of the pod', async () => {
    world.engine.behaviours.set('app', { termAfterMs: 3_000, termExitCode: 0 });
    await world.add('web', { activeDeadlineSeconds: 20 });
    await world.clock.advance(21_000);
    expect(world.pod('web')?.status).toMatchObject({ phase: 'Running' });
    world.events.take();
    await world.clock.advance(5_000);
    expect(world.course('web', 'die')).toEqual(['die app/0', 'die POD/0']);
    expect(world.pod('web')?.status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    await world.restart();
    expect(world.pod('web')?.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  it('is told of once', async () => {
    await world.add('web', { activeDeadlineSeconds: 20 });
    world.events.take();
    await world.clock.advance(120_000);
    expect(world.events.take()).toEqual([
      'Normal DeadlineExceeded Pod was active on the node longer than the specified deadline',
      'Normal Killing Stopping container app',
    ]);
  });

  it('counts also while the pod waits, and says nothing of a pod that has ended before', async () => {
    await world.add('waits', { activeDeadlineSeconds: 5, containers: [aContainer('app', { image: 'nowhere:1' })] });
    world.engine.behaviours.set('done', { exitAfterMs: 1_000 });
    await world.add('done', { activeDeadlineSeconds: 5, restartPolicy: 'Never', containers: [aContainer('done')] });
    await world.clock.advance(30_000);
    expect(world.pod('waits')?.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    expect(world.pod('done')?.status).toMatchObject({ phase: 'Succeeded' });
    expect(world.pod('done')?.status?.reason).toBeUndefined();
  });
});
