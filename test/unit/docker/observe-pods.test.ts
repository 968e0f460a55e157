import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ImageNamesCache } from '../../../src/docker/image-names.js';
import { MemoryKills } from '../../../src/docker/memory-kills.js';
import { PodObserver } from '../../../src/docker/observe-pods.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { openEngineStub, reply, type EngineStub } from '../../support/engine-stub.js';
import { FakeClock } from '../../support/fake-clock.js';

const signal = new AbortController().signal;
const LABELS = {
  'dev.kubelette.role': 'sandbox',
  'dev.kubelette.attempt': '0',
  'dev.kubelette.hash': 'h',
  'io.kubernetes.container.name': 'POD',
  'io.kubernetes.pod.uid': 'u',
  'io.kubernetes.pod.namespace': 'default',
  'io.kubernetes.pod.name': 'web',
};
const ROW = { Id: 'a'.repeat(64), Names: ['/web'], State: 'running', Status: 'Up 3 minutes', Labels: LABELS };

describe('the listing of pods', () => {
  const clock = new FakeClock();
  let stub: EngineStub;
  let observer: PodObserver;
  let row: Partial<typeof ROW>;

  beforeEach(async () => {
    row = ROW;
    stub = await openEngineStub(clock, (line, response) => {
      if (line.includes('/containers/json')) reply(response, 200, [row]);
      else reply(response, 200, inspected(row.State !== 'exited'));
    });
    const context = { engine: stub.engine, ownership: { nodeName: 'n', agentId: 'a' }, logger: silentLogger };
    observer = new PodObserver(context, new ImageNamesCache(stub.engine), new MemoryKills());
    await observer.listPods(signal);
    stub.requests.length = 0;
  });
  afterEach(async () => stub.close());

  it.each<[string, Partial<typeof ROW>, number, number]>([
    ['does not look at what has run for minutes and says the same', { Status: 'Up 4 minutes' }, 10_000, 0],
    ['looks at one that may have been started again', { Status: 'Up 3 seconds' }, 10_000, 1],
    ['looks at one that was started just now', { Status: 'Up Less than a second' }, 10_000, 1],
    ['looks at one whose row says something else', { Names: ['/renamed'] }, 10_000, 1],
    ['looks at one that is paused', { State: 'paused', Status: 'Up 3 minutes (Paused)' }, 10_000, 1],
    ['looks at a sandbox that has ended', { State: 'exited', Status: 'Exited (0) 3 seconds ago' }, 10_000, 1],
    ['looks at everything when it was not asked for long', { Status: 'Up 4 minutes' }, 31_000, 1],
  ])('%s', async (_name, change, afterMs, looks) => {
    row = { ...ROW, ...change };
    await clock.advance(afterMs);
    const [pod] = await observer.listPods(signal);
    expect(pod?.sandboxes).toMatchObject([{ ready: row.State !== 'exited' }]);
    expect(stub.requests.filter(({ line }) => !line.includes('/containers/json'))).toHaveLength(looks);
  });

  it('goes on trusting for as long as it is asked often enough', async () => {
    for (let listing = 0; listing < 5; listing += 1) {
      await clock.advance(20_000);
      await observer.listPods(signal);
    }
    expect(stub.requests.map(({ line }) => line.replace(/\?.*/, ''))).toEqual(
      Array.from({ length: 5 }, () => 'GET /v1.41/containers/json'),
    );
  });
});

const inspected = (running: boolean): object => ({
  Id: ROW.Id,
  Created: '2026-01-02T03:04:05Z',
  State: { Running: running, Status: running ? 'running' : 'exited', StartedAt: '2026-01-02T03:04:06Z', ExitCode: 0 },
  Config: { Labels: LABELS },
  HostConfig: { NetworkMode: 'kubelette' },
  NetworkSettings: { Networks: {} },
});
