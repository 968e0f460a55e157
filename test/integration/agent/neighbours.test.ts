import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startAgent } from '../../../src/agent.js';
import { systemClock } from '../../../src/lib/clock.js';
import { errorMessage } from '../../../src/lib/errors.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { SERVES, app, podOf, TestNode } from '../../support/agent.js';
import { AgentProcess, bundleAgentProcess } from '../../support/agent-process.js';
import { PrivateEngine } from '../../support/engine.js';
import { eventually } from '../../support/eventually.js';

const open: TestNode[] = [];
const processes: AgentProcess[] = [];
afterEach(async () => {
  await Promise.all(processes.splice(0).map(async (one) => one.kill()));
  await Promise.all(open.splice(0).map(async (one) => one.close()));
});

const openNode = async (name: string, options = {}): Promise<TestNode> => {
  const node = await TestNode.open(name, options);
  open.push(node);
  return node;
};

const withVolume = {
  volumes: [{ name: 'data', emptyDir: {} }],
  containers: [app(SERVES, { volumeMounts: [{ name: 'data', mountPath: '/data' }] })],
};

describe('two agents on one engine', () => {
  it('never touch each other’s pods, not even those of the same name', async () => {
    const [left, right] = [await openNode('left'), await openNode('right')];
    await Promise.all([left.start(), right.start()]);
    for (const node of [left, right]) node.create('web', withVolume);
    await Promise.all([left.ready('web'), right.ready('web')]);
    const before = { containers: await right.containers('web'), pod: right.pod('web') };

    await left.docker.getContainer((await left.running('web', 'POD')).id).kill();
    await left.until('web', 'has restarted', () => left.status('web')?.restartCount === 1);
    await left.halt();
    await left.start();
    left.agent.deletePod('default', 'web');
    await left.gone('web');
    await left.agent.stop({ deletePods: true });
    expect(await left.leftovers()).toEqual({ containers: [], volumes: [], networks: [] });
    expect({ containers: await right.containers('web'), pod: right.pod('web') }).toEqual(before);
    expect((await right.leftovers()).volumes).toHaveLength(1);
  });

  it('leave each other’s pods alone also when one is killed with -9, and the next one takes over its own', async () => {
    const [left, right] = [await openNode('killed-left'), await openNode('right')];
    await right.start();
    right.create('web', withVolume);
    const child = new AgentProcess(await bundleAgentProcess(left.dataDir), {
      nodeName: left.nodeName,
      dataDir: left.dataDir,
      ephemeral: false,
      pods: [podOf('web', withVolume), podOf('leaving', withVolume)],
    });
    processes.push(child);
    await right.ready('web');
    await eventually('its pods run', async () => {
      const apps = [...(await left.containers('web', 'app')), ...(await left.containers('leaving', 'app'))];
      return apps.filter(({ state }) => state === 'running').length === 2;
    });
    const before = [await left.containers('web'), await right.containers('web'), right.pod('web')];
    await child.kill();

    // With nobody there for them, the pods of the one live on beside what the other does.
    right.create('short', withVolume);
    await right.ready('short');
    right.agent.deletePod('default', 'short');
    await right.gone('short');
    await left.start();
    await left.ready('web');
    left.agent.deletePod('default', 'leaving');
    await left.gone('leaving');
    expect([await left.containers('web'), await right.containers('web'), right.pod('web')]).toEqual(before);
    expect(left.status('web')?.restartCount).toBe(0);
    expect([(await left.leftovers()).volumes.length, (await right.leftovers()).volumes.length]).toEqual([1, 1]);
  });

  it('do not share a data directory: the second refuses and says who is there', async () => {
    const node = await openNode('locked');
    await node.start();
    node.create('web', {});
    await node.ready('web');
    const before = await node.containers('web');
    const second = startAgent({
      nodeName: node.nodeName,
      dataDir: node.dataDir,
      ephemeral: false,
      clock: systemClock,
      logger: silentLogger,
    });
    const error = await second.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'Conflict' });
    expect(errorMessage(error)).toContain(
      `another agent uses ${node.dataDir}: process ${String(process.pid)} (stop it, or give this one`,
    );
    expect(await node.containers('web')).toEqual(before);
    node.create('still-works', {});
    await node.ready('still-works');
  });

  it('keep their pods although they have the same node name, when their data directories differ', async () => {
    const one = await openNode('twin');
    await one.start();
    one.create('web', {});
    await one.ready('web');
    const before = await one.containers('web');
    const other = await openNode('twin-dir');
    const agent = await startAgent({
      nodeName: one.nodeName,
      dataDir: other.dataDir,
      ephemeral: false,
      clock: systemClock,
      logger: silentLogger,
    });
    try {
      await agent.ready;
      agent.createPod(podOf('another', {}));
      await eventually(
        'its own pod runs',
        () => agent.store.get<ReturnType<typeof podOf>>('Pod', 'default/another')?.status?.phase === 'Running',
      );
      expect(await one.containers('web')).toEqual(before);
    } finally {
      await agent.stop({ deletePods: true });
    }
    expect(await one.containers('web')).toEqual(before);
  });
});

describe('an ephemeral agent', () => {
  // Those of other test files sweep as well, whatever was killed: so not on the engine of all.
  let engine: PrivateEngine;
  beforeAll(async () => {
    engine = await PrivateEngine.open();
    await engine.start();
    await engine.copyImage();
  });
  afterAll(async () => engine.close());

  it('sweeps what a killed one left behind, and nothing else', async () => {
    const dockerHost = engine.host;
    const [ordinary, living, killed] = [
      await openNode('ordinary', { dockerHost }),
      await openNode('living', { dockerHost, ephemeral: true }),
      await openNode('killed', { dockerHost }),
    ];
    await Promise.all([ordinary.start(), living.start()]);
    for (const node of [ordinary, living]) node.create('web', withVolume);
    await Promise.all([ordinary.ready('web'), living.ready('web')]);
    await ordinary.halt();

    const bundle = await bundleAgentProcess(killed.dataDir);
    const child = new AgentProcess(bundle, {
      nodeName: killed.nodeName,
      dataDir: killed.dataDir,
      dockerHost,
      ephemeral: true,
      pods: [podOf('web', withVolume), podOf('two', withVolume)],
    });
    processes.push(child);
    await eventually('its pods run', async () => {
      const live = [...(await killed.containers('web', 'app')), ...(await killed.containers('two', 'app'))];
      return live.filter(({ state }) => state === 'running').length === 2;
    });
    const before = [await ordinary.leftovers(), await living.leftovers()];
    await child.kill();
    expect((await killed.leftovers()).containers).toHaveLength(4);

    const next = await openNode('next', { dockerHost, ephemeral: true });
    await next.start();
    expect(await killed.leftovers()).toEqual({ containers: [], volumes: [], networks: [] });
    expect([await ordinary.leftovers(), await living.leftovers()]).toEqual(before);
    expect(next.said.map(({ msg }) => msg)).toContain('removing what a killed run left behind');
  });
});
