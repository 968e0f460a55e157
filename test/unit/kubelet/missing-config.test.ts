import { describe, expect, it } from '@jest/globals';
import type { Container, PodSpec } from '../../../src/api/schema/pod.js';
import { configReferences } from '../../../src/kubelet/core/volumes/config-objects.js';
import { aConfigMap, aContainer, aPod, aSecret } from '../../support/builders.js';
import { PodWorld } from '../../support/pod-world.js';

const fromMap = (key: string): Container =>
  aContainer('app', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key } } }] });

async function worldWith(container: Container): Promise<PodWorld> {
  const world = new PodWorld();
  await world.start();
  await world.add('web', { containers: [container] });
  return world;
}

const stateOf = (world: PodWorld) => world.pod('web')?.status?.containerStatuses?.[0]?.state;

describe('a container whose configuration is missing', () => {
  it('waits with the reason, tells it in an event, and starts as soon as the object is there', async () => {
    const world = await worldWith(fromMap('k'));
    const waiting = { reason: 'CreateContainerConfigError', message: 'configmap "settings" not found' };
    expect(stateOf(world)).toEqual({ waiting });
    expect(world.events.take()).toContain('Warning Failed Error: configmap "settings" not found');

    world.store.create(aConfigMap('settings', { other: 'x' }));
    await world.clock.advance(0);
    const message = "couldn't find key k in ConfigMap default/settings";
    expect(stateOf(world)).toEqual({ waiting: { ...waiting, message } });

    world.store.update(aConfigMap('settings', { k: 'v' }));
    await world.clock.advance(0);
    expect(world.running('web', 'app').spec).toMatchObject({ env: [{ name: 'A', value: 'v' }], attempt: 0 });
    world.life.crash();
  });

  it('is left alone by objects of the same name in another namespace and of another kind', async () => {
    const world = await worldWith(fromMap('k'));
    world.events.take();
    world.store.create({ ...aConfigMap('settings', { k: 'v' }), metadata: { name: 'settings', namespace: 'other' } });
    world.store.create(aSecret('settings', { k: 'v' }));
    await world.clock.advance(0);
    expect(stateOf(world)).toMatchObject({ waiting: { message: 'configmap "settings" not found' } });
    expect(world.events.take()).toEqual([]);
    world.life.crash();
  });

  it('keeps the environment it was started with when the object changes or goes', async () => {
    const world = new PodWorld();
    world.store.create(aSecret('settings', { k: 'v' }));
    await world.start();
    await world.add('web', { containers: [aContainer('app', { envFrom: [{ secretRef: { name: 'settings' } }] })] });
    world.store.update(aSecret('settings', { k: 'new' }));
    world.store.remove('Secret', 'default/settings');
    await world.clock.advance(60_000);
    expect(world.course('web', 'start', 'die')).toEqual(['start POD/0', 'start app/0']);
    expect(world.running('web', 'app').spec).toMatchObject({ env: [{ name: 'k', value: 'v' }] });
    world.life.crash();
  });
});

describe('the configuration a pod refers to', () => {
  it.each<[string, Partial<PodSpec>, string[]]>([
    ['is nothing for a plain pod', {}, []],
    [
      'is that of all containers',
      {
        containers: [aContainer('app', { envFrom: [{ configMapRef: { name: 'a' } }, { secretRef: { name: 'b' } }] })],
        initContainers: [
          aContainer('init', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'c', key: 'k' } } }] }),
        ],
        ephemeralContainers: [fromMap('k')],
      },
      ['Secret/c', 'ConfigMap/a', 'Secret/b', 'ConfigMap/settings'],
    ],
    [
      'is that of all volumes',
      {
        volumes: [
          { name: 'a', configMap: { name: 'a' } },
          { name: 'b', secret: { secretName: 'b' } },
          { name: 'p', projected: { sources: [{ configMap: { name: 'c' } }, { secret: { name: 'd' } }] } },
        ],
      },
      ['ConfigMap/a', 'Secret/b', 'ConfigMap/c', 'Secret/d'],
    ],
  ])('%s', (_what, spec, wanted) => {
    expect(configReferences(aPod(spec)).map(({ kind, name }) => `${kind}/${name}`)).toEqual(wanted);
  });
});
