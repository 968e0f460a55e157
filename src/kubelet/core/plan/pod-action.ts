import type { ContainerKind } from '../../../runtime/observed.js';
import type { ResourceSettings } from '../../../runtime/resource-settings.js';

/** What to do next for one pod. Plain data: safe to log, compare and assert on. */
export type PodAction =
  | {
      readonly kind: 'killContainer';
      readonly id: string;
      readonly name: string;
      readonly containerKind: ContainerKind;
      /** For the hook, for waiting, and from stop signal to SIGKILL; that last part is raised to 2 s. */
      readonly graceSeconds: number;
      /** Text of the `Killing` event. */
      readonly message: string;
      /** Has a preStop hook that was not begun yet. */
      readonly preStop: boolean;
      /** Ids of containers that end before it is sent its stop signal, as long as the grace lasts. */
      readonly after: readonly string[];
    }
  | { readonly kind: 'removeContainer'; readonly id: string; readonly name: string; readonly attempt: number }
  /** `replaces`: an earlier one existed, so that the user is told. */
  | { readonly kind: 'createSandbox'; readonly attempt: number; readonly replaces: boolean }
  | { readonly kind: 'stopSandbox'; readonly id: string }
  | { readonly kind: 'removeSandbox'; readonly id: string }
  | {
      readonly kind: 'startContainer';
      readonly name: string;
      readonly containerKind: ContainerKind;
      readonly attempt: number;
      readonly backoffMs: number;
      /** Has a postStart hook: what comes later in the spec is started when that has returned. */
      readonly postStart: boolean;
    }
  | {
      readonly kind: 'resizeContainer';
      readonly id: string;
      readonly name: string;
      readonly containerKind: ContainerKind;
      /** What changes. */
      readonly resources: ResourceSettings;
    }
  /** Nothing of the pod is on the engine any more: volumes, logs and last the object go. */
  | { readonly kind: 'forgetPod' };

/** `waiting` holds the reason of each container that would start but may not yet, or starts now and has not yet. */
export interface PodPlan {
  readonly phase: 'syncing' | 'terminating' | 'terminated';
  readonly actions: readonly PodAction[];
  readonly waiting: ReadonlyMap<string, WaitingReason>;
  /** All containers start anew: those that were are on their way out, or are gone. */
  readonly restartingAll?: 'begun' | 'over';
  /** The pod failed whatever its containers did, and why; published when nothing of it runs any more. */
  readonly failure?: { readonly reason: string; readonly message: string };
  /** Look again at this epoch millisecond although nothing may have happened. */
  readonly wakeAt?: number;
}

export interface WaitingReason {
  readonly reason: string;
  readonly message: string;
}
