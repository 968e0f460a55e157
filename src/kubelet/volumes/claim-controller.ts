import type { PersistentVolume, PersistentVolumeClaim } from '../../api/schema/claim.js';
import type { Pod } from '../../api/schema/pod.js';
import { isAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, hasCode } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { toRfc3339 } from '../../lib/time.js';
import { Wake } from '../../lib/wake.js';
import type { VolumeService } from '../../runtime/volumes.js';
import { objectKey, type Store } from '../../store/store.js';
import { engineVolumeOf } from '../core/volumes/claim-objects.js';
import { planClaims } from '../core/volumes/claim-plan.js';
import type { ClaimStep } from '../core/volumes/claim-step.js';
import type { EventSink } from '../events/event-sink.js';

export interface ClaimControllerOptions {
  readonly store: Store;
  readonly volumes: Pick<VolumeService, 'ensure' | 'remove'>;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Nothing is lost by waiting for a change; this is for what failed, such as removing a volume an ended pod still holds. */
const RESYNC_MS = 10_000;

/**
 * Binds claims, makes their volumes on the engine, keeps what is in use, and removes the volumes of claims that were
 * deleted. Until abort.
 */
export class ClaimController {
  readonly #options: ClaimControllerOptions;
  readonly #wake = new Wake();
  /** What was said about a claim last, by uid: once is enough. */
  readonly #told = new Map<string, string>();

  constructor(options: ClaimControllerOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const watches = ['PersistentVolumeClaim', 'PersistentVolume', 'Pod'].map(async (kind) =>
      this.#follow(kind, signal),
    );
    try {
      while (!signal.aborted) {
        await this.#sync(signal);
        await this.#wake.wait(RESYNC_MS, clock, signal);
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    } finally {
      await Promise.all(watches);
    }
  }

  /** Removes the engine's volumes of all claims, for an agent that leaves nothing behind. The last thing it does. */
  async removeAll(signal: AbortSignal): Promise<void> {
    const { logger, store, volumes } = this.#options;
    const names = store
      .list<PersistentVolume>('PersistentVolume')
      .items.flatMap((volume) => engineVolumeOf(volume) ?? []);
    for (const name of names) {
      try {
        await volumes.remove(name, signal);
      } catch (error) {
        logger.error({ volume: name, error: errorMessage(error) }, 'volume of a claim could not be removed');
      }
    }
  }

  async #follow(kind: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const changes = this.#options.store.watch(kind, String(this.#options.store.revision), signal);
        const iterator = changes[Symbol.asyncIterator]();
        while ((await iterator.next()).done !== true) this.#wake.set();
      } catch (error) {
        // Too far behind: everything is looked at each time, so only that something happened matters.
        if (!hasCode(error, 'Conflict')) throw error;
        this.#wake.set();
      }
    }
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const { logger, store } = this.#options;
    const steps = planClaims({
      claims: store.list<PersistentVolumeClaim>('PersistentVolumeClaim').items,
      volumes: store.list<PersistentVolume>('PersistentVolume').items,
      pods: store.list<Pod>('Pod').items,
    });
    for (const step of steps) {
      try {
        await this.#take(step, signal);
      } catch (error) {
        if (isAbort(error, signal)) throw error;
        // Changed meanwhile, still in use, or no engine: the next look decides anew.
        logger.debug({ step: step.kind, error: errorMessage(error) }, 'step for a claim failed, will be retried');
      }
    }
  }

  async #take(step: ClaimStep, signal: AbortSignal): Promise<void> {
    const { clock, events, store, volumes } = this.#options;
    switch (step.kind) {
      case 'create':
        store.create(step.object);
        return;
      case 'update':
        store.update(step.object);
        return;
      case 'delete': {
        const { metadata } = step.object;
        const mark = { deletionTimestamp: toRfc3339(clock.now()), deletionGracePeriodSeconds: 0 };
        store.update({ ...step.object, metadata: { ...metadata, ...mark } });
        return;
      }
      case 'finish':
        store.update(step.object);
        if (step.object.metadata.finalizers?.length === 0) store.remove(step.object.kind, objectKey(step.object));
        this.#told.delete(step.object.metadata.uid ?? '');
        return;
      case 'provision': {
        await volumes.ensure({ name: step.name, claim: step.identity }, signal);
        store.update(step.volume);
        const message = `Successfully provisioned volume ${step.volume.metadata.name}`;
        events.event(step.claim, 'Normal', 'ProvisioningSucceeded', message);
        return;
      }
      case 'reclaim':
        await volumes.remove(step.name, signal);
        store.remove('PersistentVolume', step.volume.metadata.name);
        return;
      case 'tell':
        this.#tell(step);
    }
  }

  #tell({ claim, message, reason }: Extract<ClaimStep, { kind: 'tell' }>): void {
    const uid = claim.metadata.uid ?? '';
    if (this.#told.get(uid) === message) return;
    this.#told.set(uid, message);
    this.#options.events.event(claim, 'Warning', reason, message);
  }
}
