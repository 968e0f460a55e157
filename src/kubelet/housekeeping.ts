import type { Pod } from '../api/schema/pod.js';
import { isAbort } from '../lib/abort.js';
import type { Clock } from '../lib/clock.js';
import { errorMessage, hasCode } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { HOUSEKEEPING_PERIOD_MS } from '../options.js';
import type { ObservedPod } from '../runtime/observed.js';
import type { VolumeService } from '../runtime/volumes.js';
import type { Store } from '../store/store.js';

export interface HousekeepingOptions {
  readonly store: Store;
  readonly volumes: Pick<VolumeService, 'list' | 'remove'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the engine showed last. */
  readonly observedPods: () => readonly ObservedPod[];
  /** Wanted or being worked on. */
  readonly knows: (uid: string) => boolean;
  readonly removeOrphan: (uid: string) => void;
  /** Other things that age: events. */
  readonly sweep: () => void;
}

/**
 * Finds what nobody wants any more: containers and volumes of pods that are in no source. Runs only after every source
 * has delivered once, because a source that is late is not a source that is empty.
 * Source: kubelet HandlePodCleanups, pkg/kubelet/kubelet_pods.go.
 */
export async function runHousekeeping(options: HousekeepingOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger, sweep } = options;
  while (!signal.aborted) {
    try {
      removeOrphans(options);
      await removeOrphanedVolumes(options, signal);
      sweep();
    } catch (error) {
      if (isAbort(error, signal)) return;
      logger.debug({ error: errorMessage(error) }, 'housekeeping failed, will be retried');
    }
    try {
      await clock.sleep(HOUSEKEEPING_PERIOD_MS, signal);
    } catch {
      return;
    }
  }
}

function removeOrphans({ observedPods, removeOrphan, store }: HousekeepingOptions): void {
  const wanted = new Set(store.list<Pod>('Pod').items.map((pod) => pod.metadata.uid));
  for (const { uid } of observedPods()) if (!wanted.has(uid)) removeOrphan(uid);
}

async function removeOrphanedVolumes(options: HousekeepingOptions, signal: AbortSignal): Promise<void> {
  const { knows, logger, observedPods, volumes } = options;
  const present = new Set(observedPods().map(({ uid }) => uid));
  for (const { name, podUid } of await volumes.list(signal)) {
    if (knows(podUid) || present.has(podUid)) continue;
    try {
      await volumes.remove(name, signal);
      logger.info({ volume: name, uid: podUid }, 'removed orphaned volume');
    } catch (error) {
      // Still mounted by something: next time.
      if (!hasCode(error, 'Conflict')) throw error;
    }
  }
}
