import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { eventually } from '../../support/eventually.js';

let node: TestNode;
let shared: string;
beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), 'kubelette-hooks-'));
  node = await TestNode.started('hooks');
});
afterAll(async () => {
  await node.close();
  await rm(shared, { recursive: true, force: true });
});

const sh = (script: string) => ({ exec: { command: ['/bin/busybox', 'sh', '-c', script] } });
/** What hooks and containers write below `/shared` outlives the pod. */
const volumeMounts = [{ name: 'shared', mountPath: '/shared' }];
const onHost = () => [{ name: 'shared', hostPath: { path: shared } }];
const lines = async (file: string): Promise<string[]> =>
  (await readFile(join(shared, file), 'utf8')).trim().split('\n');

describe('postStart', () => {
  it('has returned before its container is shown as running and before the next one starts', async () => {
    node.create('slow', {
      volumes: onHost(),
      containers: [
        app(SERVES, { volumeMounts, lifecycle: { postStart: sh('until [ -f /shared/go ]; do sleep 0.1; done') } }),
        app(SERVES, { name: 'next' }),
      ],
    });
    await eventually('the container runs', async () => (await node.containers('slow', 'app'))[0]?.state === 'running');
    expect(node.status('slow')).toMatchObject({ ready: false, state: { waiting: { reason: 'ContainerCreating' } } });
    expect(await node.containers('slow', 'next')).toEqual([]);
    await writeFile(join(shared, 'go'), '');
    await node.ready('slow');
    expect(node.status('slow', 'next')?.ready).toBe(true);
  });

  it('that fails kills its container, which is restarted with back-off', async () => {
    const postStart = sh('echo half; echo broken >&2; exit 3');
    node.create('fails', { containers: [app('trap "exit 5" TERM; sleep 1000 & wait', { lifecycle: { postStart } })] });
    await node.waits('fails', 'CrashLoopBackOff');
    expect(node.events('fails').map(({ reason, message }) => `${reason ?? ''}: ${message ?? ''}`)).toEqual(
      expect.arrayContaining(['FailedPostStartHook: PostStartHook failed', 'Killing: FailedPostStartHook']),
    );
    expect(node.status('fails')).toMatchObject({ restartCount: 1, lastState: { terminated: {} } });
  });
});

describe('preStop', () => {
  it('that is a request reaches its pod, and the stop signal is the one that was asked for', async () => {
    node.create('asks', {
      os: { name: 'linux' },
      volumes: onHost(),
      // A sidecar, so that it is there as long as it is asked; httpd does not hear anything softer.
      initContainers: [
        app('exec httpd -f -vv -p 8080 2>/shared/requests', {
          name: 'web',
          restartPolicy: 'Always',
          volumeMounts,
          lifecycle: { stopSignal: 'SIGKILL' },
        }),
      ],
      containers: [
        app('trap "echo usr1 > /shared/signal; exit 0" USR1; while :; do sleep 1 & wait $!; done', {
          volumeMounts,
          lifecycle: { preStop: { httpGet: { port: 8080, path: '/drain', scheme: 'HTTP' } }, stopSignal: 'SIGUSR1' },
        }),
      ],
    });
    await node.ready('asks');
    expect(node.status('asks')?.stopSignal).toBe('SIGUSR1');
    await eventually('the server listens', async () =>
      (await node.read('asks', '/proc/net/tcp6', 'web')).includes(':1F90 '),
    );
    node.agent.deletePod('default', 'asks', 600);
    await node.gone('asks');
    expect(await lines('signal')).toEqual(['usr1']);
    expect((await lines('requests')).join('\n')).toContain('/drain');
  });

  it('is run once although the agent ends in the middle of it, and within the one grace period', async () => {
    node.create('once', {
      volumes: onHost(),
      containers: [
        app('trap "echo term >> /shared/once; exit 0" TERM; while :; do sleep 1 & wait $!; done', {
          volumeMounts,
          lifecycle: { preStop: sh('echo hook >> /shared/once; sleep 100') },
        }),
      ],
    });
    await node.ready('once');
    node.agent.deletePod('default', 'once', 600);
    await eventually('the hook runs', async () => (await lines('once').catch(() => [])).length > 0);
    await node.halt();
    await node.start();
    await node.gone('once');
    expect(await lines('once')).toEqual(['hook', 'term']);
  });
});
