import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PersistentVolumeClaim } from '../../../src/api/schema/claim.js';
import type { PodSpec } from '../../../src/api/schema/pod.js';
import { NETWORK_NAME } from '../../../src/docker/names.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { PrivateEngine } from '../../support/engine.js';
import { eventually } from '../../support/eventually.js';

const data = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
const volumes: PodSpec['volumes'] = [{ name: 'data', emptyDir: {} }];
const written: Partial<PodSpec> = {
  volumes,
  initContainers: [app('echo init >>/data/starts', { name: 'init', ...data })],
  containers: [app(`echo app >>/data/starts; ${SERVES}`, data)],
};
const claimed: Partial<PodSpec> = {
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'kept' } }],
  containers: [app(`echo app >>/data/starts; ${SERVES}`, data)],
};

describe('an engine on which somebody tidies up', () => {
  let engine: PrivateEngine;
  let node: TestNode;
  beforeAll(async () => {
    engine = await PrivateEngine.open();
    await engine.start();
    await engine.copyImage();
    node = await TestNode.started('pruned', { dockerHost: engine.host });
  });
  afterAll(async () => {
    await node.close();
    await engine.close();
  });

  /** `docker system prune --volumes -f`, and `docker container|volume|network prune -f` with it. */
  const prune = async (): Promise<void> => {
    await engine.docker.pruneContainers();
    await engine.docker.pruneNetworks();
    await engine.docker.pruneVolumes();
    await engine.docker.pruneImages();
  };
  /** The agent has looked at what happened so far when a pod that came later runs. */
  const settle = async (name: string): Promise<void> => {
    node.create(name, {});
    await node.ready(name);
    node.agent.deletePod('default', name);
    await node.gone(name);
  };
  const deletePods = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) node.agent.deletePod('default', name);
    await Promise.all(names.map(async (name) => node.gone(name)));
  };

  it('loses nothing that anybody wants: what runs runs on, what is done is done, what fails is counted on', async () => {
    node.create('web', written);
    node.create('job', { ...written, restartPolicy: 'OnFailure', containers: [app('exit 0', data)] });
    node.create('crash', { volumes, containers: [app('echo app >>/data/starts; exit 3', data)] });
    await node.ready('web');
    await node.until('job', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    await node.waits('crash', 'CrashLoopBackOff');
    const before = { web: node.pod('web'), job: node.pod('job'), app: await node.running('web') };
    await prune();
    await node.until('crash', 'has restarted', () => node.status('crash')?.restartCount === 2);
    await node.waits('crash', 'CrashLoopBackOff');
    await settle('latecomer');
    expect({ web: node.pod('web'), job: node.pod('job'), app: await node.running('web') }).toEqual(before);
    expect(await node.read('web', '/data/starts')).toBe('init\napp\n');
    expect(await node.containers('job')).toEqual([]);
    await deletePods('web', 'job', 'crash');
    expect(await node.leftovers()).toEqual({ containers: [], volumes: [], networks: [] });
  });

  it('whose network and sandbox image are gone is given them again', async () => {
    const images = async (): Promise<number> => (await engine.docker.listImages()).length;
    await prune();
    await engine.docker.pruneImages({ filters: { dangling: { false: true } } });
    expect(await images()).toBe(0);
    expect(await engine.docker.listNetworks({ filters: { name: [NETWORK_NAME] } })).toEqual([]);
    await engine.copyImage();
    node.create('web', written);
    await node.ready('web');
    expect(await images()).toBe(2);
  });

  it('that has the network twice has it once as soon as a pod needs it, and the one that is in use stays', async () => {
    const networks = async (): Promise<readonly string[]> =>
      (await engine.docker.listNetworks({ filters: { name: [NETWORK_NAME] } })).map(({ Id }) => Id);
    const before = await networks();
    await engine.docker.createNetwork({ Name: NETWORK_NAME, Driver: 'bridge', CheckDuplicate: false });
    expect(await networks()).toHaveLength(2);
    await settle('latecomer');
    expect(await networks()).toEqual(before);
    expect(node.status('web')?.restartCount).toBe(0);
  });

  it('from under whose pods the network is taken has them on a new one, restarted once', async () => {
    const find = async (): Promise<string | undefined> =>
      (await engine.docker.listNetworks({ filters: { name: [NETWORK_NAME] } }))[0]?.Id;
    const old = await find();
    const network = engine.docker.getNetwork(old ?? '');
    // While containers hang on it the engine refuses.
    await expect(network.remove()).rejects.toThrow('active endpoints');
    await network.disconnect({ Container: (await node.running('web', 'POD')).id, Force: true });
    await eventually('it can be removed', async () => network.remove().then(() => true));
    await node.until('web', 'has restarted', () => node.status('web')?.restartCount === 1);
    await node.ready('web');
    await settle('latecomer');
    expect(await find()).not.toBe(old);
    expect(await node.containers('web', 'POD')).toMatchObject([{ attempt: 1, state: 'running' }]);
    expect(node.status('web')?.restartCount).toBe(1);
    expect(node.reasons('web')).toContain('SandboxChanged');
    expect(await node.read('web', '/data/starts')).toBe('init\napp\ninit\napp\n');
    await deletePods('web');
  });

  it('from which a claim’s volume was pruned gives an empty one to the next pod', async () => {
    const claim: PersistentVolumeClaim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'kept', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    node.agent.store.create(claim);
    node.create('web', claimed);
    await node.ready('web');
    await deletePods('web');
    expect((await node.leftovers()).volumes).toHaveLength(1);
    await prune();
    expect((await node.leftovers()).volumes).toHaveLength(0);
    node.create('web', claimed);
    await node.ready('web');
    await eventually('it has written', async () => (await node.read('web', '/data/starts')) === 'app\n');
    // As labelled as the first one: it goes with its claim, or `kubelette gc`.
    expect((await node.leftovers()).volumes).toHaveLength(1);
  });
});
