import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContainerStateTerminated } from '../../../src/api/schema/pod-status.js';
import type { Container, Pod } from '../../../src/api/schema/pod.js';
import { app, DEAF, SERVES, TestNode } from '../../support/agent.js';

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('endings');
});
afterAll(async () => node.close());

describe('how a container ends', () => {
  const run = async (name: string, container: Container): Promise<ContainerStateTerminated | undefined> => {
    node.create(name, { restartPolicy: 'Never', containers: [container] });
    await node.until(name, 'has ended', ({ status }) => status?.phase === 'Failed' || status?.phase === 'Succeeded');
    return node.status(name)?.state?.terminated;
  };
  const reasonOf = (name: string): string | undefined => node.status(name)?.state?.terminated?.reason;

  it.each<[string, Container, Partial<ContainerStateTerminated>]>([
    ['missing', { ...app(''), command: ['/no/such'] }, { exitCode: 127, reason: 'ContainerCannotRun' }],
    ['not-in-path', { ...app(''), command: ['nope'] }, { exitCode: 127, reason: 'ContainerCannotRun' }],
    ['directory', { ...app(''), command: ['/etc'] }, { exitCode: 126, reason: 'ContainerCannotRun' }],
    ['code', app('exit 5'), { exitCode: 5, reason: 'Error' }],
  ])('%s', async (name, container, expected) => {
    expect(await run(name, container)).toMatchObject(expected);
  });

  it('for want of memory, also where the engine says so after the death', async () => {
    const app16Mi = app('exec tail /dev/zero', { resources: { limits: { memory: '16Mi' } } });
    expect(await run('memory', app16Mi)).toMatchObject({ exitCode: 137 });
    await node.until('memory', 'is known to have died of it', () => reasonOf('memory') === 'OOMKilled');
  });

  it('waits with the reason when it cannot be created or started', async () => {
    node.create('dir', { containers: [app(SERVES, { workingDir: '/bin/busybox' })] });
    node.create('start', { containers: [{ ...app(''), command: ['/no/such'] }] });
    await node.waits('dir', 'CreateContainerError');
    await node.until('start', 'was tried', () => node.reasons('start').includes('Failed'));
    const failed = node.events('start').find(({ reason }) => reason === 'Failed');
    expect(failed?.message).toMatch(/^Error: failed to start container "app": .*no such file or directory/);
    await node.waits('start', 'CrashLoopBackOff');
    expect(node.status('start')?.lastState?.terminated).toMatchObject({ exitCode: 127, reason: 'ContainerCannotRun' });
  });
});

it('a pod that exceeds its deadline is failed, and its containers get their grace', async () => {
  node.create('late', { terminationGracePeriodSeconds: 2, containers: [app(DEAF)] });
  await node.ready('late');
  // It counts from the pod's start, so it is over already; set from the beginning, it might be over before the container runs.
  const pod = node.pod('late') as Pod;
  node.agent.store.update<Pod>({ ...pod, spec: { ...pod.spec, activeDeadlineSeconds: 1 } });
  await node.until('late', 'has failed', ({ status }) => status?.phase === 'Failed');
  expect(node.pod('late')?.status).toMatchObject({
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
    containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'Error' } } }],
  });
  expect(node.reasons('late')).toContain('DeadlineExceeded');
});

it('a rule that restarts all containers keeps the sandbox and its volumes', async () => {
  const volumeMounts = [{ name: 'state', mountPath: '/state' }];
  node.create('all', {
    restartPolicy: 'Never',
    volumes: [{ name: 'state', emptyDir: {} }],
    initContainers: [app('echo init >> /state/runs', { name: 'setup', volumeMounts })],
    containers: [
      app(`[ $(wc -l < /state/runs) = 2 ] || exit 42; ${SERVES}`, {
        volumeMounts,
        restartPolicy: 'Never',
        restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }],
      }),
      app(SERVES, { name: 'other' }),
    ],
  });
  await node.until(
    'all',
    'runs again',
    () => node.status('all')?.restartCount === 1 && node.status('all')?.ready === true,
  );
  await node.ready('all');
  expect(await node.read('all', '/state/runs')).toBe('init\ninit\n');
  expect((await node.containers('all', 'POD')).map(({ attempt }) => attempt)).toEqual([0]);
  expect(node.status('all', 'other')).toMatchObject({
    restartCount: 1,
    lastState: { terminated: { exitCode: 137, reason: 'RestartingAllContainers' } },
  });
});
