import type { Pod } from '../api/schema/pod.js';
import type { Clock } from '../lib/clock.js';
import type { ObservedPod } from '../runtime/observed.js';
import type { ContainerRuntime, EngineInfo } from '../runtime/runtime.js';
import type { VolumeService } from '../runtime/volumes.js';
import type { RuntimeStreams } from '../runtime/streams.js';
import type { Store } from '../store/store.js';
import type { Resolver } from './core/spec/dns-file.js';
import type { StartAction } from './core/plan/first-starts.js';
import type { StartProblem } from './core/plan/sync-input.js';
import type { EngineRestraints } from './engine-restraints.js';
import type { EventSink } from './events/event-sink.js';
import type { ImageManager } from './images/image-manager.js';
import type { PreStopHooks } from './hooks/pre-stop-hooks.js';
import type { PreStopRecords } from './hooks/pre-stop-records.js';
import type { LogStore } from './logs/log-store.js';
import type { NodeAdmission } from './node-admission.js';
import type { SeccompProfiles } from './seccomp-profiles.js';
import type { Prober } from './prober/prober.js';
import type { TerminationMessages } from './termination-messages.js';
import type { VolumeManager } from './volumes/volume-manager.js';

/** What executing needs of the node; the same for all pods. */
export interface SyncPorts {
  readonly runtime: ContainerRuntime;
  readonly streams: RuntimeStreams;
  readonly volumes: VolumeService;
  readonly volumeManager: VolumeManager;
  readonly images: ImageManager;
  readonly logs: LogStore;
  readonly messages: TerminationMessages;
  readonly preStopRecords: PreStopRecords;
  readonly prober: Prober;
  readonly events: EventSink;
  readonly store: Store;
  readonly clock: Clock;
  readonly engine: EngineInfo;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Absent: every pod fits. */
  readonly admission?: NodeAdmission;
  readonly restraints: EngineRestraints;
  readonly seccompProfiles: SeccompProfiles;
  /** Of each container; absent: none. */
  readonly podPidsLimit?: number;
  /** Of the node, as far as it is known. */
  readonly resolver: Resolver;
}

/** One pod's part: what it is and what was seen when the actions were decided. */
export interface SyncContext {
  readonly pod: Pod;
  readonly observed: ObservedPod;
  /** What follows when the sandbox that is being made runs. */
  readonly firstStarts: readonly StartAction[];
  /** Written here, read by the next decision. By container name; `retryAt` is on the monotonic clock. */
  readonly problems: Map<string, StartProblem>;
  /** Ids of containers that were created in advance and not tried to start yet. */
  readonly prepared: Set<string>;
  /** Containers whose `Killing` event was recorded: one kill, one event, however often it is resumed. */
  readonly announcedKills: Set<string>;
  /** When preStop hooks were begun, by container id, as the actions were decided. */
  readonly preStops: ReadonlyMap<string, number>;
  readonly hooks: PreStopHooks;
  /** Something the round did not wait for has happened. */
  readonly wake: () => void;
}
