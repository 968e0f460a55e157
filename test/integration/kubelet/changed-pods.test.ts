import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAgent, type Agent } from '../../../src/agent.js';
import type { ContainerStatus, Pod, PodSpec } from '../../../src/api/schema/pod.js';
import { systemClock } from '../../../src/lib/clock.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { readManifestPods } from '../../../src/testing/manifest.js';
import { BUSYBOX } from '../../support/docker-world.js';
import { eventually } from '../../support/eventually.js';

const { signal } = new AbortController();
const target = { namespace: 'default', name: 'web' };

let agent: Agent;
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kubelette-changed-'));
  const nodeName = `test-changed-${randomUUID().slice(0, 8)}`;
  const parts = { clock: systemClock, logger: silentLogger };
  agent = await startAgent({ nodeName, dataDir: scratch, ephemeral: true, ...parts });
  await agent.ready;
  const sleep = { image: BUSYBOX, command: ['/bin/busybox', 'sleep', '1000'] };
  const { pods } = await readManifestPods({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        { name: 'app', ...sleep },
        { name: 'broken', image: BUSYBOX, command: ['/bin/busybox', 'false'] },
      ],
    },
  });
  for (const pod of pods) agent.createPod(pod);
  await eventually('app runs', () => status('app')?.state?.running);
});
afterAll(async () => {
  await agent.stop({ deletePods: true, graceSeconds: 0 });
  await rm(scratch, { recursive: true, force: true });
});

const stored = (): Pod => {
  const pod = agent.store.get<Pod>('Pod', 'default/web');
  if (pod === undefined) throw new Error('there is no pod');
  return pod;
};
const status = (name: string): ContainerStatus | undefined => {
  const { containerStatuses = [], ephemeralContainerStatuses = [] } = stored().status ?? {};
  return [...containerStatuses, ...ephemeralContainerStatuses].find((one) => one.name === name);
};
/** As the API server does it: whoever writes in between must not be overwritten, and nobody does in one turn. */
const change = (spec: Partial<PodSpec>): void => {
  const pod = stored();
  agent.store.update<Pod>({ ...pod, spec: { ...pod.spec, ...spec } });
};

async function output(container: string, ...command: string[]): Promise<string> {
  const session = await agent.operations.exec({ ...target, container }, { command, tty: false, stdin: false }, signal);
  const chunks: Buffer[] = [];
  for await (const chunk of session.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an ephemeral container on a real engine', () => {
  it('sees the processes of its target, beside a container that crashes', async () => {
    const debug = { name: 'debug', image: BUSYBOX, command: ['/bin/busybox', 'sh'], stdin: true, tty: true };
    change({ ephemeralContainers: [{ ...debug, targetContainerName: 'app' }] });
    await eventually('debug runs', () => status('debug')?.state?.running);
    // The first process is that of the target.
    const words = (await output('debug', '/bin/busybox', 'cat', '/proc/1/cmdline')).split('\0');
    expect(words.slice(0, 3)).toEqual(['/bin/busybox', 'sleep', '1000']);
    expect(status('debug')).toMatchObject({ ready: false, restartCount: 0 });
  });

  it('can be talked to, and is not started again when it has ended', async () => {
    const session = await agent.operations.attach(
      { ...target, container: 'debug' },
      { tty: true, stdin: true },
      signal,
    );
    session.stdin?.write('exit 3\n');
    session.stdout.resume();
    expect(await session.exitCode).toBe(3);
    const ended = await eventually('debug ended', () => status('debug')?.state?.terminated);
    expect(ended.exitCode).toBe(3);
    const lines: Buffer[] = [];
    const request = { ...target, container: 'debug', previous: false };
    for await (const line of agent.operations.logs(request, { follow: false, timestamps: false }, signal))
      lines.push(line);
    expect(Buffer.concat(lines).toString()).toContain('exit 3');
  });
});

describe('a changed image on a real engine', () => {
  it('restarts the container and leaves the others and the sandbox as they are', async () => {
    const before = { ip: stored().status?.podIP, id: status('app')?.containerID };
    const [app, ...others] = stored().spec.containers;
    if (app === undefined) throw new Error('no app');
    // Another name of the same image.
    const id = status('app')?.imageID.replace('docker://', '') ?? '';
    change({ containers: [{ ...app, image: id }, ...others] });
    const after = await eventually('app runs again', () => {
      const now = status('app');
      return now?.restartCount === 1 && now.state?.running !== undefined ? now : undefined;
    });
    expect(after.containerID).not.toBe(before.id);
    expect(after.lastState?.terminated).toMatchObject({ containerID: before.id });
    expect(stored().status?.podIP).toBe(before.ip);
    expect(status('debug')?.restartCount).toBe(0);
  });
});
