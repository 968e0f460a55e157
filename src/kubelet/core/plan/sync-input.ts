import type { Pod } from '../../../api/schema/pod.js';
import type { ObservedPod } from '../../../runtime/observed.js';
import type { NodeRoom } from '../node/node-fit.js';
import type { WaitingReason } from './pod-action.js';
import type { ProbeSnapshot } from '../probes/probe-state.js';

/** The last attempt to start a container failed, or has to wait for its image. Kubelet: the reason cache. */
export interface StartProblem extends WaitingReason {
  /** Not tried again before this millisecond of the clock that `now` is of; Infinity while something else will wake the worker. */
  readonly retryAt: number;
  /** The definition it is about; absent: any. */
  readonly specHash?: string;
}

/** All a decision about one pod may depend on. */
export interface SyncInput {
  /** The stored object with its last published status. */
  readonly pod: Pod;
  readonly observed: ObservedPod;
  /** By container name; forgotten when the agent restarts. */
  readonly problems: ReadonlyMap<string, StartProblem>;
  /** Absent: nobody probes, and every probe counts as passed. */
  readonly probes?: ProbeSnapshot;
  /**
   * When preStop hooks were begun, by container id, on the engine's clock: they are never begun again, and such a container
   * ends. Absent: none.
   */
  readonly preStops?: ReadonlyMap<string, number>;
  /**
   * When it was first decided to stop the pod, now at the earliest, on the engine's clock: what it took to find that out is not
   * taken from the grace. Absent when an earlier agent may have begun to stop it.
   */
  readonly stoppingSince?: number;
  /** The engine's clock, epoch milliseconds: it is compared with times the engine wrote. */
  readonly now: number;
  /** Engine's clock minus the agent's, for times the agent wrote: deletions. Absent: none. */
  readonly clockSkewMs?: number;
  /** What there is for containers, and who else has a part of it. Absent: their resources stay as they were created. */
  readonly node?: NodeRoom;
}
