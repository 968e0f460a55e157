import { describe, expect, it } from '@jest/globals';
import { aContainer } from '../../../support/builders.js';
import { PodWorld } from '../../../support/pod-world.js';

async function worldWith(sizeLimit: string): Promise<PodWorld> {
  const world = new PodWorld();
  await world.start();
  await world.add('web', {
    containers: [
      aContainer('app', {
        volumeMounts: ['small', 'free'].map((name) => ({ name, mountPath: `/${name}` })),
      }),
    ],
    volumes: [
      { name: 'small', emptyDir: { sizeLimit } },
      { name: 'free', emptyDir: {} },
    ],
  });
  return world;
}

describe('an emptyDir on disk with a limit', () => {
  it('that is exceeded makes the pod fail, and stops it at once', async () => {
    const world = await worldWith('1Mi');
    world.engine.usage.set('kubelette_small_web', 1_048_576).set('kubelette_free_web', 1e12);
    await world.clock.advance(20_000);
    expect(world.pod('web')?.status?.phase).toBe('Running');

    world.events.take();
    world.engine.usage.set('kubelette_small_web', 1_048_577);
    await world.clock.advance(13_000);
    const message = 'Usage of EmptyDir volume "small" exceeds the limit "1Mi". ';
    expect(world.pod('web')?.status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
    expect(world.pod('web')?.status?.conditions?.[0]).toMatchObject({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'TerminationByKubelet',
    });
    expect(world.events.take()).toContain(`Warning Evicted ${message}`);
    expect(world.containers('web').filter((line) => line.endsWith('running'))).toEqual([]);
    expect(world.startTimes('web', 'app')).toEqual([0]);
    world.life.crash();
  });

  it('stays failed for the next agent', async () => {
    const world = await worldWith('1Ki');
    world.engine.usage.set('kubelette_small_web', 4_096);
    await world.clock.advance(30_000);
    await world.restart();
    await world.clock.advance(60_000);
    expect(world.pod('web')?.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    expect(world.startTimes('web', 'app')).toEqual([0]);
    world.life.crash();
  });

  it('that was exceeded does not fail a pod that has done its work while it was measured', async () => {
    const world = new PodWorld();
    world.engine.behaviours.set('app', { exitAfterMs: 15_000 });
    await world.start((runtime) => {
      runtime.takes = (verb) => (verb === 'volumes.usage' ? { after: 12_000 } : {});
    });
    await world.add('web', {
      containers: [aContainer('app', { volumeMounts: [{ name: 'small', mountPath: '/small' }] })],
      volumes: [{ name: 'small', emptyDir: { sizeLimit: '1Ki' } }],
      restartPolicy: 'Never',
    });
    world.engine.usage.set('kubelette_small_web', 4_096);
    await world.clock.advance(12_000);
    expect(world.life.runtime.calls.map(({ verb }) => verb)).toContain('volumes.usage');
    await world.clock.advance(30_000);
    expect(world.pod('web')?.status?.phase).toBe('Succeeded');
    expect(world.events.take().filter((text) => text.includes('Evicted'))).toEqual([]);
    world.life.crash();
  });

  it('is measured where there is something to measure only', async () => {
    const world = await worldWith('0');
    await world.clock.advance(60_000);
    expect(world.life.runtime.calls.map(({ verb }) => verb)).not.toContain('volumes.usage');
    world.life.crash();
  });
});
