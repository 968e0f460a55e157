import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Event } from '../../../../src/api/schema/event.js';
import type { KubeObject } from '../../../../src/api/schema/meta.js';
import { EventRecorder } from '../../../../src/kubelet/events/event-recorder.js';
import { silentLogger, type Logger } from '../../../../src/lib/logger.js';
import { EVENT_TTL_MS } from '../../../../src/options.js';
import { MemoryStore } from '../../../../src/store/memory-store.js';
import { FakeClock } from '../../../support/fake-clock.js';

const POD: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'team', uid: 'u1', resourceVersion: '7' },
};

let clock: FakeClock;
let store: MemoryStore;
let recorder: EventRecorder;
const events = (): readonly Event[] => store.list<Event>('Event').items;

beforeEach(() => {
  clock = new FakeClock(Date.parse('2026-01-01T00:00:00.250Z'));
  store = new MemoryStore({ clock, historyLimit: 100, revision: 0, objects: [] });
  recorder = new EventRecorder({ store, clock, logger: silentLogger, nodeName: 'node-a' });
});

describe('the event recorder', () => {
  it('writes events as the kubelet does', () => {
    recorder.event(POD, 'Normal', 'Started', 'Started container app', 'spec.containers{app}');
    const nanos = (BigInt(clock.now()) * 1_000_000n).toString(16);
    expect(events()).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: {
          name: `web.${nanos}`,
          namespace: 'team',
          uid: expect.any(String),
          creationTimestamp: '2026-01-01T00:00:00Z',
          resourceVersion: '1',
        },
        involvedObject: {
          kind: 'Pod',
          namespace: 'team',
          name: 'web',
          uid: 'u1',
          apiVersion: 'v1',
          resourceVersion: '7',
          fieldPath: 'spec.containers{app}',
        },
        reason: 'Started',
        message: 'Started container app',
        source: { component: 'kubelet', host: 'node-a' },
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
        count: 1,
        type: 'Normal',
        reportingComponent: 'kubelet',
        reportingInstance: 'node-a',
      },
    ]);
  });

  it('counts a repeat on the event there is', async () => {
    recorder.event(POD, 'Warning', 'BackOff', 'Back-off');
    await clock.advance(60_000);
    recorder.event(POD, 'Warning', 'BackOff', 'Back-off');
    expect(events()).toMatchObject([
      { count: 2, firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:01:00Z' },
    ]);
  });

  it('gives different names to events of the same millisecond', () => {
    recorder.event(POD, 'Normal', 'Created', 'a');
    recorder.event(POD, 'Normal', 'Started', 'b');
    recorder.event(POD, 'Normal', 'Killing', 'c');
    expect(new Set(events().map(({ metadata }) => metadata.name)).size).toBe(3);
  });

  it('brings an event back with its count when someone deleted it', () => {
    recorder.event(POD, 'Normal', 'Created', 'a');
    store.remove('Event', `team/${events()[0]?.metadata.name ?? ''}`);
    recorder.event(POD, 'Normal', 'Created', 'a');
    expect(events()).toMatchObject([{ count: 2 }]);
  });

  it('puts events about things without a namespace into default', () => {
    recorder.event({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } }, 'Normal', 'Starting', 'Starting.');
    expect(events()).toMatchObject([
      { metadata: { namespace: 'default' }, involvedObject: { kind: 'Node', name: 'node-a' } },
    ]);
  });

  it('cuts long messages without tearing a character', () => {
    recorder.event(POD, 'Warning', 'Failed', 'ä'.repeat(2_000));
    const message = events()[0]?.message ?? '';
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1_024);
    expect(message).toMatch(/^ä+\.\.\.$/);
  });

  it('never throws', () => {
    const logged: string[] = [];
    const broke = (): never => {
      throw new Error('broken');
    };
    const broken = new EventRecorder({
      store: { get: broke } as unknown as MemoryStore,
      clock,
      logger: { ...silentLogger, warn: (_: object, text: string) => logged.push(text) } as unknown as Logger,
      nodeName: 'node-a',
    });
    broken.event(POD, 'Normal', 'Created', 'a');
    expect(logged).toEqual(['event was not recorded']);
  });

  it('forgets events an hour after they last happened', async () => {
    recorder.event(POD, 'Normal', 'Created', 'once');
    recorder.event(POD, 'Warning', 'BackOff', 'again');
    await clock.advance(EVENT_TTL_MS / 2);
    recorder.event(POD, 'Warning', 'BackOff', 'again');
    await clock.advance(EVENT_TTL_MS / 2 + 1_000);
    recorder.sweep();
    expect(events().map(({ message }) => message)).toEqual(['again']);
    await clock.advance(EVENT_TTL_MS);
    recorder.sweep();
    expect(events()).toEqual([]);
  });
});
