import type { Pod } from '../../api/schema/pod.js';
import { isAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { ContainerRuntime } from '../../runtime/runtime.js';
import type { VolumeService } from '../../runtime/volumes.js';
import { objectKey, type Store } from '../../store/store.js';
import { diskLimits, EVICTED, evictedStatus, limitExceeded } from '../core/plan/eviction.js';
import { currentSandbox } from '../core/view/sandbox-view.js';
import { isTerminalPhase } from '../core/plan/termination.js';
import type { EventSink } from '../events/event-sink.js';
import { publishStatus } from '../status-manager.js';

export interface EmptyDirEvictionOptions {
  readonly store: Store;
  readonly volumes: Pick<VolumeService, 'usage'>;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runtime: Pick<ContainerRuntime, 'inspectPod'>;
  /** The pod has to be stopped now. */
  readonly onEvicted: (uid: string) => void;
}

/** Source: kubelet evictionMonitoringPeriod. */
const LOOK_PERIOD_MS = 10_000;

/**
 * Engines have no quota for volumes: an emptyDir on disk is looked at now and then, and a pod that went beyond its sizeLimit
 * is evicted, as the kubelet does it. Pods without a limit cost nothing. Until abort.
 * Source: kubelet localStorageEviction, pkg/kubelet/eviction/eviction_manager.go
 */
export async function runEmptyDirEviction(options: EmptyDirEvictionOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger, store } = options;
  while (!signal.aborted) {
    for (const pod of store.list<Pod>('Pod').items) {
      try {
        await look(pod, options, signal);
      } catch (error) {
        if (isAbort(error, signal)) return;
        // The sandbox may have ended meanwhile, or the engine be away.
        logger.debug({ pod: pod.metadata.name, error: errorMessage(error) }, 'volumes could not be measured');
      }
    }
    try {
      await clock.sleep(LOOK_PERIOD_MS, signal);
    } catch {
      return;
    }
  }
}

async function look(pod: Pod, options: EmptyDirEvictionOptions, signal: AbortSignal): Promise<void> {
  const limits = diskLimits(pod);
  if (limits.length === 0 || isTerminalPhase(pod.status?.phase)) return;
  const sandbox = currentSandbox(await options.runtime.inspectPod(pod.metadata.uid ?? '', signal));
  if (sandbox === undefined) return;
  const names = limits.map(({ name }) => name);
  const message = limitExceeded(limits, await options.volumes.usage(sandbox.id, names, signal));
  if (message === undefined) return;
  const { clock, events, logger, onEvicted, store } = options;
  const stored = store.get<Pod>('Pod', objectKey(pod));
  // Measuring takes a while, and the pod may have ended meanwhile: then it has, however much it used.
  if (isTerminalPhase(stored?.status?.phase)) return;
  const evicted = publishStatus(store, pod, evictedStatus(stored?.status, message, clock.now()));
  if (evicted === undefined) return;
  logger.info({ pod: pod.metadata.name, uid: pod.metadata.uid }, 'evicted pod');
  events.event(evicted, 'Warning', EVICTED, message);
  onEvicted(pod.metadata.uid ?? '');
}
