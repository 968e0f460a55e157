import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runImageCollector } from '../../../../src/kubelet/images/image-collector.js';
import { PulledImages } from '../../../../src/kubelet/images/pulled-images.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { createLineLogger, type LogLine } from '../../../../src/lib/logger.js';
import type { HostInfo } from '../../../../src/runtime/host.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeEngine, type FakeImage } from '../../../support/fake-engine.js';
import { FakeRuntime } from '../../../support/fake-runtime.js';
import { eventually } from '../../../support/eventually.js';
import { RecordedEvents } from '../../../support/recorded-events.js';

const PERIOD_MS = 300_000;

let directory: string;
let clock: FakeClock;
let engine: FakeEngine;
let runtime: FakeRuntime;
let events: RecordedEvents;
let said: LogLine[];
let stop: AbortController;
let availableBytes: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubelette-images-'));
  clock = new FakeClock();
  engine = new FakeEngine(clock);
  runtime = new FakeRuntime(engine, { nodeName: 'node', agentId: 'me' });
  events = new RecordedEvents();
  said = [];
  stop = new AbortController();
  availableBytes = 500_000;
});
afterEach(async () => {
  stop.abort();
  await rm(directory, { recursive: true });
});

const records = (): PulledImages =>
  new PulledImages({
    path: join(directory, 'pulled-images.json'),
    clock,
    logger: createLineLogger('info', (line) => said.push(line)),
  });

function start(pulled: PulledImages, highPercent = 85): void {
  const host = async (): Promise<HostInfo> =>
    ({ disk: { capacityBytes: 10_000_000, availableBytes } }) as unknown as HostInfo;
  void runImageCollector(
    {
      images: runtime.images,
      host: { info: host },
      pulled,
      policy: { highPercent, lowPercent: 80, minimumAgeMs: 120_000 },
      nodeName: 'node',
      events,
      clock,
      logger: createLineLogger('info', (line) => said.push(line)),
    },
    stop.signal,
  );
}
/** One that pods brought. */
async function bring(pulled: PulledImages, reference: string): Promise<FakeImage> {
  const image = engine.addImage(reference);
  await pulled.pulled(image.id, reference, false);
  return image;
}
const names = (): string[] => engine.listImages().flatMap(({ tags }) => tags);
/** A round reads and writes files, which takes real time. */
async function round(holds: () => boolean): Promise<void> {
  await eventually('the round was made', async () => {
    await clock.advance(0);
    return holds();
  });
}

describe('the image collector', () => {
  it('removes what pods have brought when the disk fills up, and nothing that was there', async () => {
    const pulled = records();
    engine.addImage('mine:1');
    await bring(pulled, 'old:1');
    await bring(pulled, 'older:1');
    await clock.advance(PERIOD_MS);
    start(pulled);
    await round(() => said.length === 2);
    expect(names()).toEqual(['mine:1']);
    expect(said.map(({ msg }) => msg)).toEqual(['removed unused image', 'removed unused image']);
    expect(events.all).toEqual([]);
  });

  it('says on the node when that was not enough, and looks again after five minutes', async () => {
    const pulled = records();
    availableBytes = 0;
    await bring(pulled, 'old:1');
    await clock.advance(PERIOD_MS);
    start(pulled);
    await round(() => events.all.length === 1);
    expect(events.take('node')).toEqual([
      'Warning FreeDiskSpaceFailed Failed to garbage collect required amount of images. Attempted to free 2000000 bytes, but only found 1000000 bytes eligible to free.',
    ]);
    await clock.advance(PERIOD_MS);
    await round(() => events.all.length === 1);
  });

  it('leaves alone what something has begun to use meanwhile', async () => {
    const pulled = records();
    await bring(pulled, 'old:1');
    await clock.advance(PERIOD_MS);
    const error = new KubeletteError('Conflict', 'image is being used by running container');
    runtime.inject({ verb: 'images.remove', when: 'before', error });
    start(pulled);
    await round(() => events.all.length === 1);
    expect(names()).toEqual(['old:1']);
  });

  it('does nothing at all when it is off', async () => {
    start(records(), 100);
    await clock.advance(PERIOD_MS);
    expect(runtime.calls).toEqual([]);
  });
});

describe('the list of pulled images', () => {
  it('outlives the agent', async () => {
    const image = await bring(records(), 'a:1');
    await records().pulled(image.id, 'b:1', true);
    expect(await records().list()).toEqual([
      { id: image.id, references: ['a:1', 'b:1'], pulledAt: clock.now(), lastUsedAt: clock.now() },
    ]);
  });

  it('does not take an image that was there before', async () => {
    const pulled = records();
    await pulled.pulled('sha256:1', 'mine:1', true);
    expect(await pulled.list()).toEqual([]);
  });

  it('forgets what is gone, and knows when something was in use', async () => {
    const pulled = records();
    const used = await bring(pulled, 'used:1');
    await bring(pulled, 'gone:1');
    const pulledAt = clock.now();
    await clock.advance(1_000);
    await pulled.seen(new Set([used.id]), new Set([used.id]));
    expect(await records().list()).toMatchObject([{ id: used.id, pulledAt, lastUsedAt: pulledAt + 1_000 }]);
  });

  it.each(['{', '[{"id":1}]'])('that is broken (%s) is told of and begun anew', async (content) => {
    await writeFile(join(directory, 'pulled-images.json'), content);
    const pulled = records();
    expect(await pulled.list()).toEqual([]);
    expect(said).toHaveLength(1);
    await pulled.pulled('sha256:1', 'a:1', false);
    expect(JSON.parse(await readFile(join(directory, 'pulled-images.json'), 'utf8'))).toMatchObject([
      { id: 'sha256:1' },
    ]);
  });
});
