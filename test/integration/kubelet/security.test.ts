import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

/** Everything is allowed but making directories. */
const NO_MKDIR = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
};

let node: TestNode;
beforeAll(async () => {
  node = await TestNode.started('security', { more: { podPidsLimit: 77 } });
  const directory = join(node.dataDir, 'seccomp');
  await mkdir(directory);
  await writeFile(join(directory, 'no-mkdir.json'), JSON.stringify(NO_MKDIR));
});
afterAll(async () => node.close());

const limited = (cpu: string, memory: string) => ({ limits: { cpu, memory }, requests: { cpu, memory } });
const eventOf = (pod: string, reason: string): string =>
  node.events(pod).find((event) => event.reason === reason)?.message ?? '';

describe('a container', () => {
  it('runs with the seccomp profile of the agent and with its limit of processes', async () => {
    const script = `mkdir /made || echo refused; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max; ${SERVES}`;
    node.create('profiled', {
      securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'no-mkdir.json' } },
      containers: [app(script)],
    });
    await node.ready('profiled');
    await eventually('it has said so', async () => {
      const log = await node.logs('profiled');
      return /refused[^]*^77$/m.test(log);
    });
  });

  it('waits while its profile is missing', async () => {
    node.create('unprofiled', {
      securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'gone.json' } },
    });
    await node.waits('unprofiled', 'CreateContainerError');
    expect(eventOf('unprofiled', 'Failed')).toContain(
      `Error: cannot load seccomp profile "${node.dataDir}/seccomp/gone`,
    );
  });

  it('is not created as root where that is forbidden', async () => {
    node.create('rootless', { securityContext: { runAsNonRoot: true } });
    await node.waits('rootless', 'CreateContainerConfigError');
    expect(eventOf('rootless', 'Failed')).toMatch(
      /^Error: container has runAsNonRoot and image will run as root \(pod/,
    );
  });

  it('has no groups but those it was given', async () => {
    node.create('strict', {
      securityContext: {
        runAsUser: 1000,
        runAsGroup: 2000,
        supplementalGroups: [3000],
        supplementalGroupsPolicy: 'Strict',
      },
      containers: [app(`echo groups $(id -G); ${SERVES}`)],
    });
    await node.ready('strict');
    await eventually('it has said so', async () => (await node.logs('strict')).includes('groups 2000 3000\n'));
  });
});

describe('what the engine may not do', () => {
  it('is left out with a warning where the container can do without', async () => {
    node.create('guaranteed', { containers: [app(SERVES, { resources: limited('10m', '16Mi') })] });
    const pod = await node.ready('guaranteed');
    expect(pod.status?.qosClass).toBe('Guaranteed');
    const score = (await node.read('guaranteed', '/proc/self/oom_score_adj')).trim();
    const warning = eventOf('guaranteed', 'EngineRestricted');
    if (score !== '-997') expect(warning).toMatch(/^oom_score_adj -997 is left out: the Docker engine has no right/);
    else expect(warning).toBe('');
    expect(node.status('guaranteed')?.restartCount).toBe(0);
    expect(node.reasons('guaranteed')).not.toContain('Failed');
  });

  it('is named where it cannot', async () => {
    node.create('privileged', { containers: [app(SERVES, { securityContext: { privileged: true } })] });
    await eventually('it runs or is told why not', () => {
      const running = node.status('privileged')?.state?.running !== undefined;
      const failure = eventOf('privileged', 'Failed');
      return running || /lacks capabilities that the container asks for \(privileged: true\)/.test(failure);
    });
  });

  it('is refused to a pod that relies on it', async () => {
    node.create('mapped', { hostUsers: false });
    await eventually('it runs or is told why not', () => {
      const running = node.status('mapped')?.state?.running !== undefined;
      return running || eventOf('mapped', 'FailedCreatePodSandBox').includes('spec.hostUsers is false');
    });
  });
});
