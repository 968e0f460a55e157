import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/api/schema/pod.js';
import { dataDirLayout } from '../../../src/data-dir/layout.js';
import { containerLogDirectory } from '../../../src/kubelet/logs/log-paths.js';
import { systemClock } from '../../../src/lib/clock.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { openStore } from '../../../src/store/open-store.js';
import { app, DEAF, SERVES, TestNode, type EngineContainer } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';
import { storedRecords } from '../../support/stored-logs.js';

describe('an agent that was stopped and is started again', () => {
  let node: TestNode;
  afterEach(async () => node.close());

  /** The agent has looked at every pod once a pod that came last runs. */
  const settle = async (): Promise<void> => {
    node.create('latecomer', {});
    await node.ready('latecomer');
  };
  const engineSide = async (...pods: string[]): Promise<EngineContainer[]> =>
    (await Promise.all(pods.map(async (pod) => node.containers(pod)))).flat();

  it('goes on with the same containers, restart counts and back-off, and does nothing twice', async () => {
    node = await TestNode.started('takeover');
    node.create('web', {
      volumes: [{ name: 'data', emptyDir: {} }],
      initContainers: [
        app('echo ran >>/data/ran', { name: 'init', volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
      ],
      containers: [app(SERVES, { volumeMounts: [{ name: 'data', mountPath: '/data' }] }), app(SERVES, { name: 'two' })],
    });
    node.create('crash', { containers: [app('echo bye; exit 3')] });
    node.create('job', { restartPolicy: 'Never', containers: [app('echo done')] });
    await node.ready('web');
    await node.waits('crash', 'CrashLoopBackOff');
    const crashed = node.status('crash');
    await node.until('job', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    // While it waits one dead instance is kept, and the one before goes.
    await eventually('the first instance is gone', async () => (await node.containers('crash', 'app')).length === 1);
    const pods = ['web', 'job'];
    const before = { containers: await engineSide(...pods), objects: pods.map((name) => node.pod(name)) };
    const sandbox = await node.containers('crash', 'POD');

    await node.halt();
    await node.start();
    await settle();
    expect({ containers: await engineSide(...pods), objects: pods.map((name) => node.pod(name)) }).toEqual(before);
    expect(await node.read('web', '/data/ran')).toBe('ran\n');

    await node.until('crash', 'was restarted', () => node.status('crash')?.restartCount === 2);
    const third = await eventually('it has started', async () =>
      (await node.containers('crash', 'app')).find(({ attempt, state }) => attempt === 2 && state !== 'created'),
    );
    const dead = crashed?.lastState?.terminated?.finishedAt ?? '';
    expect(Date.parse(third.startedAt) - Date.parse(dead)).toBeGreaterThanOrEqual(10_000);
    expect(third.backoffMs).toBe(20_000);
    expect(await node.containers('crash', 'POD')).toEqual(sandbox);
  });

  it('restarts once, by policy, what ended meanwhile, and starts nothing that is done', async () => {
    node = await TestNode.started('meanwhile');
    node.create('always', {});
    node.create('onfailure', { restartPolicy: 'OnFailure' });
    node.create('never', { restartPolicy: 'Never' });
    node.create('done', { restartPolicy: 'OnFailure' });
    node.create('pruned', { restartPolicy: 'Never', containers: [app('true')] });
    node.create('removed', {});
    const running = ['always', 'onfailure', 'never', 'done', 'removed'];
    await Promise.all(running.map(async (name) => node.ready(name)));
    await node.until('pruned', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    await node.halt();
    for (const name of ['always', 'onfailure', 'never']) {
      await node.docker.getContainer((await node.running(name)).id).kill();
    }
    await node.docker.getContainer((await node.running('done')).id).stop();
    const removed = [...(await node.containers('pruned')), await node.running('removed')];
    for (const { id } of removed) await node.docker.getContainer(id).remove({ force: true });

    await node.start();
    await node.until('never', 'has failed', ({ status }) => status?.phase === 'Failed');
    await node.until('done', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    for (const name of ['always', 'onfailure']) {
      await node.until(name, 'runs again', ({ status }) => status?.containerStatuses?.[0]?.restartCount === 1);
      await node.ready(name);
      expect(node.status(name)?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
      expect((await node.containers(name, 'app')).map(({ attempt, state }) => [attempt, state])).toEqual([
        [0, 'exited'],
        [1, 'running'],
      ]);
      expect(await node.containers(name, 'POD')).toHaveLength(1);
    }
    await node.until('removed', 'runs again', () => node.status('removed')?.restartCount === 1);
    await node.ready('removed');
    expect(node.status('removed')?.lastState?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
    });
    expect(await node.containers('removed')).toMatchObject([
      { name: 'app', attempt: 1, state: 'running', backoffMs: 0 },
      { name: 'POD', attempt: 0, state: 'running' },
    ]);
    await settle();
    expect(node.status('never')).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 137 } } });
    expect(node.status('done')).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 0 } } });
    expect(node.pod('pruned')?.status).toMatchObject({
      phase: 'Succeeded',
      containerStatuses: [{ restartCount: 0, state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
    });
    expect(await node.containers('pruned')).toEqual([]);
  });

  it('calls a pod with policy Never failed when all of it was removed meanwhile, and does not run it again', async () => {
    node = await TestNode.started('vanished');
    node.create('never', { restartPolicy: 'Never' });
    await node.ready('never');
    await node.halt();
    for (const { id } of await node.containers('never')) await node.docker.getContainer(id).remove({ force: true });
    await node.start();
    await node.until('never', 'has failed', ({ status }) => status?.phase === 'Failed');
    expect(node.status('never')?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
    await settle();
    expect(await node.containers('never')).toEqual([]);
  });

  it('goes on with a deletion with what is left of the grace period', async () => {
    node = await TestNode.started('deletion');
    node.create('deaf', { terminationGracePeriodSeconds: 6, containers: [app(DEAF)] });
    await node.ready('deaf');
    const { id } = await node.running('deaf');
    const ended = node.docker.getContainer(id).wait().then(() => systemClock.monotonic()); // prettier-ignore
    const asked = systemClock.monotonic();
    node.agent.deletePod('default', 'deaf');
    await eventually('the container is being stopped', () => node.reasons('deaf').includes('Killing'));
    await node.halt();
    await eventually('two seconds have passed', () => systemClock.monotonic() - asked > 2_000);
    await node.start();
    const seconds = ((await ended) - asked) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(6);
    expect(seconds).toBeLessThan(30);
    await node.gone('deaf');
    expect(await node.leftovers()).toEqual({ containers: [], volumes: [], networks: [] });
  });

  it('removes a pod that was taken from its journal meanwhile, with volumes and logs', async () => {
    node = await TestNode.started('orphan');
    const spec = {
      volumes: [{ name: 'data', emptyDir: {} }],
      containers: [app(SERVES, { volumeMounts: [{ name: 'data', mountPath: '/data' }] })],
    };
    const orphan = node.create('orphan', spec);
    node.create('kept', spec);
    await node.ready('orphan');
    await node.ready('kept');
    const kept = await node.containers('kept');
    await node.halt();
    const layout = dataDirLayout(node.dataDir);
    const store = await openStore({ dir: layout.state, clock: systemClock, logger: silentLogger });
    store.remove('Pod', 'default/orphan');
    await store.close();

    await node.start();
    await eventually('the orphan is gone', async () => {
      const { containers, volumes } = await node.leftovers();
      return containers.every(({ pod }) => pod?.name === 'kept') && volumes.length === 1;
    });
    const logs = containerLogDirectory(layout.logs, { ...identity(orphan) }, 'app');
    await eventually('its log is gone', async () => storedRecords(logs).then(() => false, () => true)); // prettier-ignore
    expect(await node.containers('kept')).toEqual(kept);
    expect(node.pod('kept')?.status?.phase).toBe('Running');
  });

  it('leaves the pods running that its journal would explain, were it not damaged, and says so', async () => {
    node = await TestNode.started('damaged');
    const spec = {
      volumes: [{ name: 'data', emptyDir: {} }],
      containers: [app(SERVES, { volumeMounts: [{ name: 'data', mountPath: '/data' }] })],
    };
    node.create('lost', spec);
    await node.ready('lost');
    const before = await node.containers('lost');
    await node.halt();
    const journal = join(dataDirLayout(node.dataDir).state, 'objects.jsonl');
    await writeFile(journal, (await readFile(journal, 'utf8')).replaceAll('{', 'oops'));

    // Twice: the second one has a journal that can be read, and that knows as little of the pod.
    for (const name of ['first', 'second']) {
      node.said.splice(0);
      await node.start();
      expect(node.pod('lost')).toBeUndefined();
      expect(node.said.filter(({ level }) => level >= 50).map(({ msg }) => msg)).toContain(
        'pods on the engine that the lost objects may have wanted are left as they are; "kubelette gc" removes them',
      );
      node.create(name, spec);
      await node.ready(name);
      node.agent.deletePod('default', name);
      await node.gone(name);
      await node.halt();
    }
    expect(await node.containers('lost')).toEqual(before);
    expect((await node.leftovers()).volumes).toHaveLength(1);
  });

  it('stores every line of heavy output once', async () => {
    const heavy = 120_000;
    node = await TestNode.started('talker');
    const pod = node.create('talker', {
      restartPolicy: 'Never',
      containers: [
        // Goes on, line by line, until it is told to end: the agents come and go as slowly as the machine lets them.
        app(`i=0; while [ $i -lt 60 ]; do seq $((i * 2000 + 1)) $((i * 2000 + 2000)); sleep 0.1; i=$((i + 1)); done
             n=${String(heavy)}; until [ -e /enough ]; do n=$((n + 1)); echo $n; sleep 0.1; done; echo "$n lines"`),
      ],
    });
    await node.ready('talker');
    const logs = containerLogDirectory(dataDirLayout(node.dataDir).logs, identity(pod), 'app');
    for (let restarts = 0; restarts < 3; restarts += 1) {
      const stored = await eventually('something is stored', async () => (await storedRecords(logs)).length);
      await eventually('more is stored', async () => (await storedRecords(logs)).length > stored);
      await node.halt();
      await node.start();
    }
    await node.sh('talker', 'touch /enough');
    await node.until('talker', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    const lines = (await node.logs('talker')).trimEnd().split('\n');
    const said = lines.pop();
    expect(said).toBe(`${String(lines.length)} lines`);
    expect(lines.length).toBeGreaterThanOrEqual(heavy);
    expect(lines.findIndex((line, index) => line !== String(index + 1))).toBe(-1);
  });
});

const identity = ({ metadata }: Pod): { uid: string; namespace: string; name: string } => ({
  uid: metadata.uid ?? '',
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});
