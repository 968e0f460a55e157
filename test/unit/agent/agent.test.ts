import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startAgent, type Agent } from '../../../src/agent.js';
import type { Pod } from '../../../src/api/schema/pod.js';
import { createLineLogger } from '../../../src/lib/logger.js';
import type { AgentOptions } from '../../../src/options.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';

const { signal } = new AbortController();
const web = { namespace: 'default', name: 'web' };
const pod = (name = 'web'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'app', image: 'busybox:1' }] },
});

let directory: string;
let clock: FakeClock;
let log: string[];
let started: Agent[];

/** An agent whose engine is nowhere. */
async function start(changes: Partial<AgentOptions> = {}): Promise<Agent> {
  const agent = await startAgent({
    nodeName: 'node-a',
    dataDir: join(directory, 'data'),
    dockerHost: `unix://${join(directory, 'nowhere.sock')}`,
    ephemeral: true,
    clock,
    logger: createLineLogger('info', ({ level, msg }) => log.push(`${level} ${msg}`)),
    ...changes,
  });
  agent.ready.catch(() => undefined);
  started.push(agent);
  return agent;
}
const sleeping = (): Promise<unknown> => eventually('the agent waits for its next try', () => clock.sleeping > 0);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-agent-'));
  clock = new FakeClock();
  log = [];
  started = [];
});
afterEach(async () => {
  for (const agent of started) await agent.stop({ deletePods: false }).catch(() => undefined);
  await rm(directory, { recursive: true });
});

describe('an agent without an engine', () => {
  it('says so once and goes on trying', async () => {
    const agent = await start();
    let settled = false;
    const settle = (): boolean => (settled = true);
    agent.ready.then(settle, settle);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await sleeping();
      await clock.advance(5_000);
    }
    await sleeping();
    expect(log).toEqual(['50 no Docker engine yet, trying on']);
    expect(settled).toBe(false);
  });

  it('answers what needs one with Unavailable', async () => {
    const agent = await start();
    const wanted = { code: 'Unavailable', message: 'the Docker engine has not been reached yet (is it running?)' };
    expect(() => agent.engine).toThrow(expect.objectContaining(wanted));
    const asked = { command: ['true'], stdin: false, tty: false };
    await expect(agent.operations.exec(web, asked, signal)).rejects.toMatchObject(wanted);
    await expect(agent.operations.attach(web, asked, signal)).rejects.toMatchObject(wanted);
    await expect(agent.operations.dial(web, 80, 'pod', signal)).rejects.toMatchObject(wanted);
    const read = { follow: false, timestamps: false };
    expect(() => agent.operations.logs({ ...web, previous: false }, read, signal)).toThrow(
      expect.objectContaining(wanted),
    );
  });

  it('takes pods and lets them go all the same', async () => {
    const agent = await start();
    const created = agent.createPod(pod());
    expect(created).toMatchObject({
      metadata: { name: 'web', namespace: 'default', uid: expect.any(String) },
      spec: { nodeName: 'node-a' },
      status: { phase: 'Pending' },
    });
    expect(() => agent.createPod(pod())).toThrow(expect.objectContaining({ code: 'AlreadyExists' }));
    agent.deletePod('default', 'web', 5);
    expect(agent.store.get<Pod>('Pod', 'default/web')?.metadata).toMatchObject({ deletionGracePeriodSeconds: 5 });
    agent.deletePod('default', 'web', 0);
    expect(agent.store.get('Pod', 'default/web')).toBeUndefined();
    expect(() => agent.deletePod('default', 'web')).toThrow(expect.objectContaining({ code: 'NotFound' }));
  });

  it.each([
    [500, '50 no Docker engine yet, trying on', false],
    [400, undefined, true],
  ])('goes on trying after an answer of %i only if that may change', async (statusCode, told, givesUp) => {
    const socket = join(directory, 'broken.sock');
    const server = createServer((_request, response) => {
      response.statusCode = statusCode;
      response.end(JSON.stringify({ message: 'not now' }));
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      const agent = await start({ dockerHost: `unix://${socket}` });
      const refused = agent.ready.then(() => 'ready', String);
      if (givesUp) expect(await refused).toContain('not now');
      else {
        await sleeping();
        await clock.advance(5_000);
        await sleeping();
        await agent.stop({ deletePods: false });
        expect(await refused).toContain('the agent was stopped');
      }
      expect(log).toEqual(told === undefined ? [] : [told]);
    } finally {
      server.close();
    }
  });

  it('stops at any time, and then is not ready any more', async () => {
    const agent = await start();
    await sleeping();
    await agent.stop({ deletePods: true });
    await expect(agent.ready).rejects.toMatchObject({ message: 'the agent was stopped' });
    expect(clock.sleeping).toBe(0);
  });
});

describe('a data directory', () => {
  it('belongs to one agent at a time', async () => {
    const agent = await start();
    await expect(start()).rejects.toMatchObject({ code: 'Conflict' });
    await agent.stop({ deletePods: false });
    await start();
  });

  it('keeps the pods of an agent for its next start', async () => {
    const first = await start({ ephemeral: false });
    const { metadata } = first.createPod(pod('kept'));
    first.createPod(pod('removed'));
    first.deletePod('default', 'removed', 0);
    await first.stop({ deletePods: false });
    const second = await start({ ephemeral: false });
    expect(second.store.list<Pod>('Pod').items.map((item) => item.metadata.uid)).toEqual([metadata.uid]);
  });

  it('keeps nothing of an ephemeral agent', async () => {
    const first = await start();
    first.createPod(pod());
    await first.stop({ deletePods: false });
    expect((await start()).store.list('Pod').items).toEqual([]);
  });

  it('that cannot be made is an error', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(start({ dataDir: join(directory, 'file', 'data') })).rejects.toThrow('ENOTDIR');
  });
});
