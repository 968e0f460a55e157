import { afterEach, describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../../src/api/schema/lease.js';
import type { Node } from '../../../../src/api/schema/node.js';
import { NodeController } from '../../../../src/kubelet/node-status/node-controller.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import { MemoryStore } from '../../../../src/store/memory-store.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { RecordedEvents } from '../../../support/recorded-events.js';

const HOST = {
  engineVersion: '20.10.24',
  engineId: 'id',
  kernelVersion: '6.1.0',
  osImage: 'Debian',
  os: 'linux',
  architecture: 'amd64',
  cpus: 2,
  memoryBytes: 2 ** 30,
};

/** A controller at work in a world where only time and the engine's health change. */
class World {
  readonly clock = new FakeClock();
  readonly store = new MemoryStore({ clock: this.clock, historyLimit: 100, revision: 0, objects: [] });
  readonly events = new RecordedEvents();
  #stop = new AbortController();
  healthy = true;
  answers = true;
  /** How long the engine takes for what it says about its machine, and for its images. */
  infoMs = 0;
  imagesMs = 0;
  asked = 0;

  async start(): Promise<void> {
    this.#stop = new AbortController();
    const controller = new NodeController({
      store: this.store,
      events: this.events,
      host: {
        info: async () => {
          this.asked += 1;
          await this.clock.sleep(this.infoMs, this.#stop.signal);
          if (!this.answers) throw new KubeletteError('Unavailable', 'no answer');
          return HOST;
        },
        images: async () => {
          await this.clock.sleep(this.imagesMs, this.#stop.signal);
          return [{ names: ['busybox:1'], sizeBytes: 1 }];
        },
      },
      healthy: () => this.healthy,
      nodeName: 'here',
      hostIP: '192.0.2.1',
      kubeletVersion: 'v1.33.0',
      clock: this.clock,
      logger: silentLogger,
    });
    void controller.run(this.#stop.signal);
    await this.clock.advance(0);
  }

  stop(): void {
    this.#stop.abort();
  }

  get node(): Node | undefined {
    return this.store.get<Node>('Node', 'here');
  }

  get ready(): string | undefined {
    return this.node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  }

  get renewed(): string | undefined {
    return this.store.get<Lease>('Lease', 'kube-node-lease/here')?.spec?.renewTime;
  }
}

describe('the node controller', () => {
  let world = new World();
  afterEach(() => {
    world.stop();
    world = new World();
  });

  it('registers the node and tells of it', async () => {
    await world.start();
    expect(world.node?.status).toMatchObject({ capacity: { cpu: '2' }, images: [{ names: ['busybox:1'] }] });
    expect(world.ready).toBe('True');
    expect(world.events.take('here')).toEqual([
      'Normal Starting Starting kubelet.',
      'Normal NodeHasSufficientMemory Node here status is now: NodeHasSufficientMemory',
      'Normal NodeHasNoDiskPressure Node here status is now: NodeHasNoDiskPressure',
      'Normal NodeHasSufficientPID Node here status is now: NodeHasSufficientPID',
      'Normal NodeReady Node here status is now: NodeReady',
    ]);
  });

  it('renews the lease every ten seconds and writes the node only when something changed, or after five minutes', async () => {
    await world.start();
    const version = world.node?.metadata.resourceVersion;
    await world.clock.advance(290_000);
    expect(world.node?.metadata.resourceVersion).toBe(version);
    expect(world.renewed).toBe('2026-01-01T00:04:50.000000Z');
    await world.clock.advance(10_000);
    expect(world.node?.metadata.resourceVersion).not.toBe(version);
    expect(world.node?.status?.conditions?.[0]).toMatchObject({
      lastHeartbeatTime: '2026-01-01T00:05:00Z',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
  });

  it('is not ready while the engine is down, asks it nothing then, and recovers', async () => {
    await world.start();
    world.events.take();
    world.healthy = false;
    const { asked } = world;
    await world.clock.advance(120_000);
    expect(world.ready).toBe('False');
    expect(world.asked).toBe(asked);
    expect(world.node?.status?.capacity).toMatchObject({ cpu: '2' });
    world.healthy = true;
    await world.clock.advance(10_000);
    expect(world.ready).toBe('True');
    expect(world.events.take()).toEqual([
      'Normal NodeNotReady Node here status is now: NodeNotReady',
      'Normal NodeReady Node here status is now: NodeReady',
    ]);
  });

  it('is not ready before it knows what it runs on, and asks again', async () => {
    world.answers = false;
    await world.start();
    expect(world.ready).toBe('False');
    world.answers = true;
    await world.clock.advance(10_000);
    expect(world.ready).toBe('True');
  });

  it('does without what a slow engine has not said yet, and has it when it is said', async () => {
    world.infoMs = 24_000;
    await world.start();
    for (const second of [5, 15]) {
      await world.clock.advance(second === 5 ? 5_000 : 15_000);
      expect(world.renewed).toBe(`2026-01-01T00:00:${String(second).padStart(2, '0')}.000000Z`);
      expect(world.ready).toBe('False');
    }
    await world.clock.advance(10_000);
    expect(world.ready).toBe('True');
    expect(world.asked).toBe(1);
  });

  it('is ready while the engine still counts its images', async () => {
    world.imagesMs = 60_000;
    await world.start();
    await world.clock.advance(5_000);
    expect(world.ready).toBe('True');
    expect(world.node?.status?.images).toEqual([]);
    await world.clock.advance(66_000);
    expect(world.node?.status?.images).toHaveLength(1);
  });

  it('keeps what others write, and puts back what they remove', async () => {
    await world.start();
    const { node } = world;
    if (node === undefined) throw new Error('no node');
    world.store.update<Node>({
      ...node,
      metadata: { ...node.metadata, labels: { mine: 'yes' } },
      spec: { unschedulable: true },
    });
    await world.clock.advance(10_000);
    expect(world.node).toMatchObject({
      metadata: { labels: { mine: 'yes', 'kubernetes.io/hostname': 'here' } },
      spec: { unschedulable: true },
    });
    world.store.remove('Node', 'here');
    world.store.remove('Lease', 'kube-node-lease/here');
    await world.clock.advance(10_000);
    expect(world.ready).toBe('True');
    expect(world.renewed).toBeDefined();
  });

  it('says nothing new of a node that an earlier agent registered', async () => {
    await world.start();
    world.stop();
    world.events.take();
    await world.start();
    world.stop();
    expect(world.events.take()).toEqual(['Normal Starting Starting kubelet.']);
  });
});
