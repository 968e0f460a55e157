import { describe, expect, it } from '@jest/globals';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../src/api/schema/claim.js';
import { ClaimController } from '../../../../src/kubelet/volumes/claim-controller.js';
import { KubeletteError } from '../../../../src/lib/errors.js';
import { silentLogger } from '../../../../src/lib/logger.js';
import type { EngineVolume } from '../../../../src/runtime/volumes.js';
import { MemoryStore } from '../../../../src/store/memory-store.js';
import { aPod } from '../../../support/builders.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { RecordedEvents } from '../../../support/recorded-events.js';

const CLAIM: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

/** A controller at work over a store and an engine that may be down or say that a volume is in use. */
class ClaimWorld {
  readonly clock = new FakeClock();
  readonly store = new MemoryStore({ clock: this.clock, historyLimit: 1_000, revision: 0, objects: [] });
  readonly events = new RecordedEvents();
  readonly made: EngineVolume[] = [];
  readonly removed: string[] = [];
  trouble: KubeletteError | undefined;
  readonly stop = new AbortController();
  readonly controller = new ClaimController({
    store: this.store,
    events: this.events,
    clock: this.clock,
    logger: silentLogger,
    volumes: {
      ensure: async (volume) => {
        if (this.trouble !== undefined) throw this.trouble;
        this.made.push(volume);
        return Promise.resolve();
      },
      remove: async (name) => {
        if (this.trouble !== undefined) throw this.trouble;
        this.removed.push(name);
        return Promise.resolve();
      },
    },
  });
  readonly done = this.controller.run(this.stop.signal);

  async end(): Promise<void> {
    this.stop.abort(new Error('the test ends'));
    await this.done;
  }

  claim(): PersistentVolumeClaim | undefined {
    return this.store.get<PersistentVolumeClaim>('PersistentVolumeClaim', 'default/data');
  }

  volumes(): readonly PersistentVolume[] {
    return this.store.list<PersistentVolume>('PersistentVolume').items;
  }

  askForDeletion(): void {
    const claim = this.claim();
    if (claim === undefined) throw new Error('no claim');
    this.store.update({ ...claim, metadata: { ...claim.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
  }
}

describe('the claim controller', () => {
  it('binds a claim to a labelled volume, and says so', async () => {
    const world = new ClaimWorld();
    const { metadata } = world.store.create(CLAIM);
    await world.clock.advance(0);
    expect(world.claim()?.status?.phase).toBe('Bound');
    const { uid = '' } = metadata;
    const identity = { uid, namespace: 'default', name: 'data' };
    expect(world.made).toEqual([{ name: `kubelette_pvc-${uid}`, claim: identity }]);
    expect(world.events.take('data')).toEqual([
      `Normal ProvisioningSucceeded Successfully provisioned volume pvc-${uid}`,
    ]);
    await world.end();
  });

  it('keeps the claim while a pod uses it, and its volume while something holds it', async () => {
    const world = new ClaimWorld();
    world.store.create(CLAIM);
    const pod = aPod({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] });
    world.store.create(pod);
    await world.clock.advance(0);
    world.askForDeletion();
    await world.clock.advance(30_000);
    expect(world.claim()).toBeDefined();
    world.trouble = new KubeletteError('Conflict', 'volume is in use');
    world.store.remove('Pod', 'default/web');
    await world.clock.advance(30_000);
    expect(world.claim()).toBeUndefined();
    expect(world.volumes()).toHaveLength(1);
    world.trouble = undefined;
    await world.clock.advance(10_000);
    expect(world.volumes()).toEqual([]);
    expect(world.removed).toHaveLength(1);
    await world.end();
  });

  it('waits for an engine that is down', async () => {
    const world = new ClaimWorld();
    world.trouble = new KubeletteError('Unavailable', 'no engine');
    world.store.create(CLAIM);
    await world.clock.advance(60_000);
    expect(world.claim()?.status?.phase).not.toBe('Bound');
    world.trouble = undefined;
    await world.clock.advance(10_000);
    expect(world.claim()?.status?.phase).toBe('Bound');
    await world.end();
  });

  it('says once why there is no volume', async () => {
    const world = new ClaimWorld();
    world.store.create({ ...CLAIM, spec: { ...CLAIM.spec, volumeMode: 'Block' } });
    await world.clock.advance(60_000);
    expect(world.events.take()).toEqual([
      'Warning ProvisioningFailed failed to provision volume: block devices cannot be made here',
    ]);
    await world.end();
  });

  it('leaves nothing behind when asked to', async () => {
    const world = new ClaimWorld();
    world.store.create(CLAIM);
    await world.clock.advance(0);
    await world.controller.removeAll(world.stop.signal);
    expect(world.removed).toEqual([world.volumes()[0]?.spec.csi?.volumeHandle]);
    await world.end();
  });
});
