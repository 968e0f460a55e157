import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import Docker from 'dockerode';
import type { PodSpec } from '../../../src/api/schema/pod.js';
import { systemClock } from '../../../src/lib/clock.js';
import { app, DEAF, isReady, SERVES, TestNode } from '../../support/agent.js';
import { counted, COUNTS } from '../../support/counting.js';
import { PrivateEngine } from '../../support/engine.js';
import { eventually } from '../../support/eventually.js';
import { probed } from '../../support/probed-pod.js';

const written: Partial<PodSpec> = {
  volumes: [{ name: 'data', emptyDir: {} }],
  initContainers: [
    app('echo init >>/data/starts', { name: 'init', volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
  ],
  containers: [
    app(`echo app >>/data/starts; ${SERVES}`, { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
    app(COUNTS, { name: 'side' }),
  ],
};

/** How long it hangs at least: until the agent has noticed, or for a minute in the long form. */
const FREEZE_MS = Number(process.env['TRIALS_FREEZE_SECONDS'] ?? 0) * 1_000;
/** Where the machine's own engine has its default network. */
const subnetOfTheMachine = async (): Promise<string> => {
  const { IPAM } = await new Docker().getNetwork('bridge').inspect();
  return IPAM?.Config?.[0]?.Subnet ?? '';
};
const SILENT = 'the Docker engine does not answer; pods are left as they are';

describe('an engine in trouble', () => {
  let engine: PrivateEngine;
  let node: TestNode;
  beforeAll(async () => {
    engine = await PrivateEngine.open();
    node = await TestNode.open('trouble', { dockerHost: engine.host });
  });
  afterAll(async () => {
    await node.close();
    await engine.close();
  });
  afterEach(async () => {
    node.said.splice(0);
    for (const { metadata } of node.agent.store.list('Pod').items) {
      node.agent.deletePod('default', metadata.name);
      await node.gone(metadata.name);
    }
  });

  const said = (): string[] => node.said.map(({ msg }) => msg);
  const live = async (pod: string): Promise<string[]> =>
    (await node.containers(pod)).filter(({ state }) => state === 'running').map(({ name }) => name);

  /** Every line once, of the container that died with the engine and of the one in its place. */
  const countsOn = async (pod: string, container: string): Promise<void> => {
    expect(counted(await node.logs(pod, container, true))).toBeGreaterThan(0);
    await eventually('the next one counts', async () => counted(await node.logs(pod, container)) > 3);
  };

  it('that is not there when the agent starts is waited for, and pods are accepted meanwhile', async () => {
    const agent = await node.launch();
    node.create('early', {});
    await eventually('the agent says what is missing', () =>
      node.said.some(({ msg, problem }) => msg === 'no Docker engine yet, trying on' && problem?.includes(engine.host))); // prettier-ignore
    const exec = agent.operations.exec(
      { namespace: 'default', name: 'early' },
      { command: ['true'], tty: false, stdin: false },
      new AbortController().signal,
    );
    await expect(exec).rejects.toMatchObject({ code: 'Unavailable' });
    // The pods get addresses of a network of this machine, as is usual with two engines that know nothing of each other.
    const subnet = await subnetOfTheMachine();
    const [base = '', size = ''] = subnet.split('/');
    await engine.start('--bip', '10.213.0.1/24', '--default-address-pool', `base=${base}/${size},size=${size}`);
    await engine.copyImage();
    await agent.ready;
    await node.ready('early');
    expect(said().filter((msg) => msg === 'no Docker engine yet, trying on')).toHaveLength(1);
    expect(said()).toContain('agent ready');
    expect(agent.engine.version).not.toBe('');
    const network = await engine.docker.getNetwork('kubelette').inspect();
    expect(network.IPAM?.Config?.[0]?.Subnet).toBe(subnet);
    expect(agent.engine.podNetwork).toBe('sandbox');
  });

  it(
    'that hangs is told of and costs nothing: nothing is restarted, and what was asked for is done afterwards',
    async () => {
      node.create('web', probed);
      node.create('leaving', written);
      await Promise.all([node.ready('web'), node.ready('leaving')]);
      const lines = async (): Promise<number> => counted(await node.logs('web'));
      const before = { containers: await node.containers('web'), pod: node.pod('web'), lines: await lines() };
      engine.signal('SIGSTOP');
      try {
        const frozen = systemClock.sleep(FREEZE_MS, new AbortController().signal);
        node.create('late', {});
        node.agent.deletePod('default', 'leaving');
        await eventually('the agent says so', () => said().includes(SILENT));
        await frozen;
        expect(node.pod('web')).toEqual(before.pod);
        expect(node.pod('leaving')).toBeDefined();
      } finally {
        engine.signal('SIGCONT');
      }
      await Promise.all([node.ready('late'), node.gone('leaving')]);
      expect(said()).toContain('the Docker engine answers again');
      // Long enough for every probe to fail as often as it may, if that counted.
      const soon = (await lines()) + 40;
      await eventually('lines of after it', async () => (await lines()) > soon);
      expect({ containers: await node.containers('web'), pod: node.pod('web') }).toEqual({
        containers: before.containers,
        pod: before.pod,
      });
      expect(await lines()).toBeGreaterThan(before.lines);
      // Its probes are at work as before.
      await node.sh('web', 'rm /ready');
      await node.until('web', 'is not ready', (pod) => !isReady(pod));
    },
    240_000 + 2 * FREEZE_MS,
  );

  it('that hangs keeps no agent from ending, and the next one waits for it', async () => {
    node.create('web', written);
    await node.ready('web');
    const before = { containers: await node.containers('web'), pod: node.pod('web') };
    engine.signal('SIGSTOP');
    try {
      node.create('late', {});
      const asked = systemClock.monotonic();
      await node.halt();
      expect(systemClock.monotonic() - asked).toBeLessThan(30_000);
      await node.launch();
      expect(node.pod('web')).toEqual(before.pod);
    } finally {
      engine.signal('SIGCONT');
    }
    await node.agent.ready;
    await node.ready('late');
    expect({ containers: await node.containers('web'), pod: node.pod('web') }).toEqual(before);
  });

  it('that is stopped and started again finds every container restarted, as its policy says', async () => {
    node.create('web', written);
    node.create('ended', { restartPolicy: 'Never', containers: [app('trap "exit 7" TERM; sleep 100000 & wait')] });
    node.create('done', { restartPolicy: 'OnFailure', containers: [app('true')] });
    node.create('gone', written);
    // The engine ends containers side by side and waits for this one: all the while it answers who is connected.
    node.create('slow', { containers: [app('trap "sleep 3; exit 0" TERM; sleep 100000 & wait')] });
    await Promise.all(['web', 'ended', 'gone', 'slow'].map(async (name) => node.ready(name)));
    await node.until('done', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    const before = node.pod('web');
    await engine.end('SIGTERM');
    await eventually('the agent says so', () => said().includes(SILENT));
    expect(node.pod('web')?.status?.phase).toBe('Running');
    expect(node.reasons('web')).not.toContain('SandboxChanged');
    node.agent.deletePod('default', 'gone');
    await engine.start();
    await node.gone('gone');
    for (const name of ['web', 'slow']) {
      await node.until(name, 'has restarted', () => (node.status(name)?.restartCount ?? 0) >= 1);
      await node.ready(name);
    }
    expect(said()).toContain('the Docker engine answers again');
    expect(await live('web')).toEqual(['app', 'POD', 'side']);
    expect(await node.running('web', 'POD')).toMatchObject({ attempt: 1 });
    for (const name of ['app', 'side']) expect(node.status('web', name)?.restartCount).toBe(1);
    expect(node.status('slow')).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 0 } } });
    expect(await node.read('web', '/data/starts')).toBe('init\napp\ninit\napp\n');
    await countsOn('web', 'side');
    expect(node.pod('web')?.status?.startTime).toBe(before?.status?.startTime);
    await node.until('ended', 'has failed', ({ status }) => status?.phase === 'Failed');
    expect(node.status('ended')).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 7 } } });
    expect(node.pod('done')?.status?.phase).toBe('Succeeded');
    expect(await live('ended')).toEqual([]);
    expect(await live('done')).toEqual([]);
  });

  it('that is killed and started again is no different', async () => {
    node.create('web', written);
    node.create('never', { restartPolicy: 'Never', containers: [app(DEAF)] });
    node.create('on-failure', { restartPolicy: 'OnFailure', containers: [app(DEAF)] });
    await Promise.all(['web', 'never', 'on-failure'].map(async (name) => node.ready(name)));
    await engine.end('SIGKILL');
    await engine.start();
    await node.until('web', 'has restarted', () => node.status('web')?.restartCount === 1);
    await node.ready('web');
    expect([node.status('web')?.restartCount, node.status('web', 'side')?.restartCount]).toEqual([1, 1]);
    expect(await live('web')).toEqual(['app', 'POD', 'side']);
    expect(await node.read('web', '/data/starts')).toBe('init\napp\ninit\napp\n');
    await countsOn('web', 'side');
    await node.until('never', 'has failed', ({ status }) => status?.phase === 'Failed');
    expect(node.status('never')).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 137 } } });
    await node.until('on-failure', 'has restarted', () => node.status('on-failure')?.restartCount === 1);
    await node.ready('on-failure');
    expect(node.status('on-failure')).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137 } } });
  });
});
