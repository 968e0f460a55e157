import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/lib/clock.js';
import { createLogger } from '../../../src/lib/logger.js';
import { app, SERVES, TestNode } from '../../support/agent.js';
import { counted, COUNTS } from '../../support/counting.js';
import { PrivateEngine } from '../../support/engine.js';
import { eventually } from '../../support/eventually.js';
import { KubectlShell } from '../../support/kubectl-agent.js';
import { SmallDisk } from '../../support/small-disk.js';

describe('an agent whose disk is full', () => {
  let node: TestNode;
  let disk: SmallDisk;
  let shell: KubectlShell;
  beforeAll(async () => {
    node = await TestNode.open('full', { more: { listen: { host: '127.0.0.1', port: 0 } } });
    disk = await SmallDisk.mount(node.dataDir, 2);
    await node.start();
    shell = new KubectlShell(node.dataDir, join(node.dataDir, 'kubeconfig'));
  });
  afterAll(async () => {
    shell.close();
    await disk.free();
    await node.halt();
    await disk.unmount();
    await node.close();
  });

  const said = async (what: string, withinMs?: number): Promise<void> => {
    await eventually(`the agent says: ${what}`, () => node.said.some(({ msg }) => msg === what), withinMs);
  };
  /** What the agent writes by itself in a few seconds: that is not to be the first that finds no room. */
  const SMALL_CHANGES_BYTES = 16_384;
  /** More than that. */
  const create = async (name: string): ReturnType<KubectlShell['run']> =>
    shell.run(`kubectl create configmap ${name} --from-literal=large=${'x'.repeat(60_000)}`);

  it('keeps what runs, restarts and removes what is to be, and refuses changes', async () => {
    const preStop = { exec: { command: ['/bin/busybox', 'true'] } };
    node.create('web', { containers: [app(COUNTS), app(SERVES, { name: 'side' })] });
    node.create('leaving', { containers: [app(SERVES, { lifecycle: { preStop } })] });
    await Promise.all([node.ready('web'), node.ready('leaving')]);
    await eventually('it has counted', async () => counted(await node.logs('web')) > 5);
    const before = await node.running('web');

    await disk.fill(SMALL_CHANGES_BYTES);
    expect(await create('first')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the change is in effect, but could not be written to disk: .*ENOSPC/),
    });
    await said('objects cannot be stored; kept in memory and tried again');
    await disk.fill();
    expect(await create('refused')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nothing was changed, as earlier changes could not be written to disk: .*ENOSPC/),
    });
    expect(await shell.ok('kubectl get configmaps -o name')).toBe('configmap/first\n');

    await node.docker.getContainer((await node.running('web', 'side')).id).kill();
    node.agent.deletePod('default', 'leaving');
    await said('log cannot be written; records are being lost');
    await node.until('web', 'has restarted its side', () => node.status('web', 'side')?.restartCount === 1);
    await Promise.all([node.ready('web'), node.gone('leaving')]);
    expect(await node.running('web')).toEqual(before);
    expect(node.events('leaving').map(({ message }) => message)).toContain('Stopping container app');
  });

  it('goes on by itself when there is room again, and marks what its logs lack', async () => {
    await disk.free();
    await said('objects are stored again', 60_000);
    await said('log is written again; a gap is marked', 60_000);
    expect(await create('later')).toMatchObject({ code: 0 });
    const GAP = /^\[kubelette\] log gap: (\d+) records, .* not stored: ENOSPC\n/m;
    const log = await eventually('lines of after the gap', async () => {
      const text = await node.logs('web');
      const [, after = ''] = text.split(/^\[kubelette\].*\n/m);
      return after.split('\n').length > 3 && text;
    });
    const lost = Number(GAP.exec(log)?.[1]);
    const [before = '', after = ''] = log.split(/^\[kubelette\].*\n/m);
    const first = counted(before) + lost + 1;
    expect(after.trimEnd().split('\n').map(Number)).toEqual(
      after.trimEnd().split('\n').map((_line, index) => first + index), // prettier-ignore
    );
  });

  it('is not started, which is said, and is when there is room', async () => {
    const before = await node.containers('web');
    await node.halt();
    await disk.fill();
    await expect(node.launch()).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringMatching(new RegExp(`^lock ${node.dataDir}/.*: ENOSPC: no space left on device`)),
    });
    await disk.free();
    await node.start();
    await node.ready('web');
    expect(await node.containers('web')).toEqual(before);
    expect(node.status('web', 'side')?.restartCount).toBe(1);
    expect(node.pod('leaving')).toBeUndefined();
  });
});

describe('the own log of an agent on a disk that is full', () => {
  it.each(['json', 'pretty'] as const)('is written when there is room again, with what waited: %s', async (format) => {
    const path = await mkdtemp(join(tmpdir(), 'kubelette-test-own-log-'));
    const disk = await SmallDisk.mount(path, 1);
    const file = await open(join(path, 'log'), 'a');
    try {
      const logger = createLogger('info', format, { fd: file.fd });
      logger.info('before');
      await disk.fill();
      // More than the rest of the page that the first line began, and so long that a stream that ends has ended.
      for (let line = 1; line <= 100; line += 1) logger.info(`waiting ${String(line)} ${'x'.repeat(100)}`);
      await systemClock.sleep(100, new AbortController().signal);
      await disk.free();
      logger.info('after');
      const text = await readFile(join(path, 'log'), 'utf8');
      expect(text.match(/before|waiting \d+|after/g)).toEqual([
        'before',
        ...Array.from({ length: 100 }, (_, index) => `waiting ${String(index + 1)}`),
        'after',
      ]);
    } finally {
      await file.close();
      await disk.unmount();
      await rm(path, { recursive: true });
    }
  });
});

describe('an engine whose disk is full', () => {
  let engine: PrivateEngine;
  let disk: SmallDisk;
  let node: TestNode;
  beforeAll(async () => {
    engine = await PrivateEngine.open();
    disk = await SmallDisk.mount(engine.dataRoot, 40);
    await engine.start();
    await engine.copyImage();
    node = await TestNode.started('full-engine', { dockerHost: engine.host });
  });
  afterAll(async () => {
    await disk.free();
    await node.close();
    await engine.close();
  });

  it('makes no pods, with its words as the reason, and makes them when there is room', async () => {
    node.create('web', {});
    await node.ready('web');
    const before = await node.containers('web');
    await disk.fill();
    node.create('late', {});
    const told = await eventually('it is told', () =>
      node.events('late').find(({ message }) => message?.includes('no space left on device')),
    );
    expect(told).toMatchObject({ type: 'Warning', reason: 'FailedCreatePodSandBox' });
    expect(node.pod('late')?.status?.phase).toBe('Pending');
    await disk.free();
    await node.ready('late', 90_000);
    expect(await node.containers('web')).toEqual(before);
    expect(await node.containers('late')).toHaveLength(2);
  });
});
