import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type Docker from 'dockerode';
import type { PodSpec } from '../../../src/api/schema/pod.js';
import { LABEL } from '../../../src/docker/labels.js';
import { app, DEAF, SERVES, TestNode, type EngineContainer } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('disturbed');
});
afterAll(async () => node.close());

/** An init container and the app each leave a line in a volume at every start. */
const data = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
const written: Partial<PodSpec> = {
  volumes: [{ name: 'data', emptyDir: {} }],
  initContainers: [app('echo init >>/data/starts', { name: 'init', ...data })],
  containers: [app(`echo app >>/data/starts; ${SERVES}`, data)],
};

const byHand = (container: EngineContainer): Docker.Container => node.docker.getContainer(container.id);
/** The agent may be about to remove it as well. */
const remove = async (container: EngineContainer): Promise<void> => {
  await byHand(container)
    .remove({ force: true })
    .catch((error: unknown) => {
      if (![404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
    });
};
const sandboxOf = async (pod: string): Promise<EngineContainer> => node.running(pod, 'POD');
const phase = (name: string): string | undefined => node.pod(name)?.status?.phase;

/** The agent has looked at what happened so far when a pod that came later runs. */
let latecomers = 0;
async function settle(): Promise<void> {
  latecomers += 1;
  const name = `latecomer-${String(latecomers)}`;
  node.create(name, {});
  await node.ready(name);
  node.agent.deletePod('default', name);
}

const ignore = (): void => undefined;

/** Names of the containers that run, one for each instance. */
async function live(pod: string): Promise<string[]> {
  return (await node.containers(pod)).filter(({ state }) => state === 'running').map(({ name }) => name);
}

describe('a sandbox', () => {
  const rebuilt = async (name: string): Promise<void> => {
    await node.until(name, 'has restarted', () => node.status(name)?.restartCount === 1);
    await node.ready(name);
    expect(await live(name)).toEqual(['app', 'POD']);
    expect(await node.read(name, '/data/starts')).toBe('init\napp\ninit\napp\n');
  };
  const network = async (): Promise<Docker.Network> => {
    const [pods] = await node.docker.listNetworks({ filters: { label: [`${LABEL.role}=network`] } });
    return node.docker.getNetwork(pods?.Id ?? '');
  };
  const disturbances: [string, (sandbox: EngineContainer) => Promise<void>][] = [
    ['killed', async (sandbox) => byHand(sandbox).kill().then(ignore)],
    ['stopped', async (sandbox) => byHand(sandbox).stop().then(ignore)],
    ['cut-off', async ({ id }) => (await network()).disconnect({ Container: id }).then(ignore)],
  ];
  it.each(disturbances)('that is %s is replaced: init runs again, the app is restarted once', async (how, disturb) => {
    const name = `sandbox-${how}`;
    node.create(name, written);
    await node.ready(name);
    const before = await sandboxOf(name);
    await disturb(before);
    await rebuilt(name);
    expect(await sandboxOf(name)).toMatchObject({ attempt: 1 });
    expect(node.status(name)?.lastState?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(node.events(name).filter(({ reason }) => reason === 'SandboxChanged')).toMatchObject([{ count: 1 }]);
    await eventually('the old sandbox is gone', async () => (await node.containers(name, 'POD')).length === 1);
  });

  // To the agent this may be a sandbox that died and another one that came out of nowhere: then it takes two rounds.
  it('that is restarted is replaced, because its containers hang on the network it had', async () => {
    node.create('restarted', written);
    await node.ready('restarted');
    const before = await sandboxOf('restarted');
    await byHand(before).restart();
    await node.until('restarted', 'has restarted', () => (node.status('restarted')?.restartCount ?? 0) > 0);
    await eventually('one sandbox and one app run, and not the old ones', async () => {
      const running = await live('restarted');
      return running.join() === 'app,POD' && (await sandboxOf('restarted')).id !== before.id;
    });
    await node.ready('restarted');
    expect(node.reasons('restarted')).toContain('SandboxChanged');
  });

  it('that is removed, alone or with everything in it, is made anew', async () => {
    node.create('sandbox-removed', written);
    // Deaf, so that it is killed whoever comes first: the one who removes it, or the agent that saw its sandbox go.
    node.create('all-removed', { ...written, containers: [app(`echo app >>/data/starts; ${DEAF}`, data)] });
    await Promise.all([node.ready('sandbox-removed'), node.ready('all-removed')]);
    await remove(await sandboxOf('sandbox-removed'));
    // The sandbox first.
    await Promise.all((await node.containers('all-removed')).reverse().map(remove));
    await Promise.all([rebuilt('sandbox-removed'), rebuilt('all-removed')]);
    expect(node.status('all-removed')?.lastState?.terminated).toMatchObject({ exitCode: 137 });
  });

  it('that is killed ends a pod with policy Never, and how depends on its containers', async () => {
    node.create('never-failed', { restartPolicy: 'Never', containers: [app(DEAF)] });
    node.create('never-succeeded', { restartPolicy: 'Never' });
    await Promise.all([node.ready('never-failed'), node.ready('never-succeeded')]);
    await byHand(await sandboxOf('never-failed')).kill();
    await byHand(await sandboxOf('never-succeeded')).kill();
    await node.until('never-failed', 'has failed', ({ status }) => status?.phase === 'Failed');
    await node.until('never-succeeded', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    await settle();
    for (const name of ['never-failed', 'never-succeeded']) {
      expect(node.status(name)?.restartCount).toBe(0);
      expect(await live(name)).toEqual([]);
    }
  });

  it('that is paused is left alone, and so is a paused container', async () => {
    node.create('paused', written);
    await node.ready('paused');
    const [before, status] = [await node.containers('paused'), node.pod('paused')?.status];
    const paused = [await sandboxOf('paused'), await node.running('paused')];
    for (const container of paused) await byHand(container).pause();
    await settle();
    expect(node.pod('paused')?.status).toEqual(status);
    for (const container of paused) await byHand(container).unpause();
    await settle();
    expect(await node.containers('paused')).toEqual(before);
    expect(node.pod('paused')?.status).toEqual(status);
  });
});

describe('an app container', () => {
  it('that ended by itself or by hand is restarted by policy', async () => {
    node.create('stopped', written);
    node.create('stopped-onfailure', { restartPolicy: 'OnFailure' });
    node.create('killed-onfailure', { restartPolicy: 'OnFailure' });
    node.create('killed-never', { restartPolicy: 'Never' });
    for (const name of ['stopped', 'stopped-onfailure', 'killed-onfailure', 'killed-never']) await node.ready(name);
    await byHand(await node.running('stopped')).stop();
    await byHand(await node.running('stopped-onfailure')).stop();
    await byHand(await node.running('killed-onfailure')).kill();
    await byHand(await node.running('killed-never')).kill();

    await node.until('stopped', 'has restarted', () => node.status('stopped')?.restartCount === 1);
    await node.ready('stopped');
    expect(node.status('stopped')?.lastState?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(await node.read('stopped', '/data/starts')).toBe('init\napp\napp\n');
    expect(node.reasons('stopped')).not.toContain('Killing');
    await node.until('stopped-onfailure', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    await node.until('killed-onfailure', 'has restarted', () => node.status('killed-onfailure')?.restartCount === 1);
    expect(node.status('killed-onfailure')?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    await node.until('killed-never', 'has failed', ({ status }) => status?.phase === 'Failed');
    expect(node.status('killed-never')).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 137 } } });
    await eventually('the sandbox of the failed pod is stopped', async () =>
      (await live('killed-never')).length === 0); // prettier-ignore
  });

  it('that was removed counts as killed and runs again at once, unless the policy is Never', async () => {
    node.create('removed', written);
    node.create('removed-onfailure', { restartPolicy: 'OnFailure' });
    node.create('removed-never', { restartPolicy: 'Never' });
    for (const name of ['removed', 'removed-onfailure', 'removed-never']) await node.ready(name);
    for (const name of ['removed', 'removed-onfailure', 'removed-never']) await remove(await node.running(name));
    for (const name of ['removed', 'removed-onfailure']) {
      await node.until(name, 'has restarted', () => node.status(name)?.restartCount === 1);
      await node.ready(name);
      expect(await node.running(name)).toMatchObject({ attempt: 1, backoffMs: 0 });
      expect(node.status(name)?.lastState?.terminated).toMatchObject({ exitCode: 137 });
      expect(await live(name)).toEqual(['app', 'POD']);
    }
    expect(await node.read('removed', '/data/starts')).toBe('init\napp\napp\n');
    await node.until('removed-never', 'has failed', ({ status }) => status?.phase === 'Failed');
    await settle();
    expect(await node.containers('removed-never', 'app')).toEqual([]);
  });

  it('goes on counting when its dead instances are removed', async () => {
    node.create('pruned', { ...written, containers: [app('exit 3')] });
    await node.waits('pruned', 'CrashLoopBackOff');
    expect(node.status('pruned')?.restartCount).toBe(1);
    for (const dead of await node.containers('pruned')) if (dead.state === 'exited') await remove(dead);
    await node.until('pruned', 'has restarted', () => node.status('pruned')?.restartCount === 2);
    await node.waits('pruned', 'CrashLoopBackOff');
    // The init container's record went as well, and it does not run again.
    expect(await node.containers('pruned', 'init')).toEqual([]);
    expect(node.pod('pruned')?.status?.initContainerStatuses).toMatchObject([
      { state: { terminated: { exitCode: 0 } } },
    ]);
  });

  it('stays finished when what is left of it is removed', async () => {
    node.create('job', { restartPolicy: 'OnFailure', containers: [app('true')] });
    await node.until('job', 'has succeeded', ({ status }) => status?.phase === 'Succeeded');
    const { status } = node.pod('job') ?? {};
    for (const container of await node.containers('job')) await remove(container);
    await settle();
    expect(await node.containers('job')).toEqual([]);
    expect(node.pod('job')?.status).toEqual(status);
  });

  it('of which somebody starts an old instance is left alone, and the old one is stopped', async () => {
    node.create('revived', { containers: [app(`[ -e /ran ] && echo again; touch /ran; ${SERVES}`)] });
    await node.ready('revived');
    const old = await node.running('revived');
    await byHand(old).kill();
    await node.until('revived', 'has restarted', () => node.status('revived')?.restartCount === 1);
    await node.ready('revived');
    const current = await node.running('revived');
    expect(current.id).not.toBe(old.id);
    await byHand(old).start();
    await eventually('the old instance is stopped', async () =>
      (await node.containers('revived', 'app')).every(({ id, state }) => id === current.id || state === 'exited')); // prettier-ignore
    await settle();
    expect(await node.running('revived')).toEqual(current);
    expect(node.status('revived')).toMatchObject({ restartCount: 1, containerID: `docker://${current.id}` });
  });

  it('that is paused goes with its pod', async () => {
    node.create('paused-deleted', {});
    await node.ready('paused-deleted');
    await byHand(await node.running('paused-deleted')).pause();
    node.agent.deletePod('default', 'paused-deleted');
    await node.gone('paused-deleted');
    expect(await node.containers('paused-deleted')).toEqual([]);
  });

  it('that was renamed is still known', async () => {
    node.create('renamed', {});
    await node.ready('renamed');
    const before = await node.running('renamed');
    await byHand(before).rename({ name: `${node.nodeName}-something-else` });
    await settle();
    expect(await node.running('renamed')).toEqual(before);
    expect(phase('renamed')).toBe('Running');
  });
});

it('leaves nothing behind of all of this once the pods are deleted', async () => {
  await node.agent.stop({ deletePods: true, graceSeconds: 2 });
  expect(await node.leftovers()).toEqual({ containers: [], volumes: [], networks: [] });
});
