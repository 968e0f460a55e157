import type { ResourceSettings } from './resource-settings.js';

/** What the engine says about our pods. Values only: readers decide, the runtime never does. */

export type ContainerKind = 'init' | 'sidecar' | 'app' | 'ephemeral';

export interface PodIdentity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * One container instance. The engine reports a container that failed to start as "created" with an exit code and
 * no times; here it is `exited` with `startedAt` undefined and `finishedAt` = `createdAt`, so that back-off applies.
 * Source: cri-dockerd core/container_status.go.
 */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly kind: ContainerKind;
  /** The nth instance of this container in the pod, from 0. */
  readonly attempt: number;
  readonly specHash: string;
  /** `created` was never started; `unknown` is an engine state such as "dead" or "removing". */
  readonly state: 'created' | 'running' | 'exited' | 'unknown';
  /** Frozen by `docker pause`; the state stays `running`. */
  readonly paused: boolean;
  /** Epoch milliseconds on the engine's clock. `finishedAt` is never before `startedAt` (engines say so at times). */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly exitCode?: number;
  readonly oomKilled: boolean;
  /** State.Error of the engine, for example why the start failed. */
  readonly engineError?: string;
  /** As `status.containerStatuses[].image` shows it: the image's first tag, else the reference it was made from. */
  readonly image: string;
  /** As `status.containerStatuses[].imageID`: `docker-pullable://repo@sha256:…` or `docker://sha256:…`. */
  readonly imageId: string;
  /** Wait before the next restart should this one die; from its label. */
  readonly backoffMs: number;
  /** The sandbox instance it joined, or is to join; another one now means its network is dead. */
  readonly sandboxInstance: string;
  /** Process id on the engine's host; 0 unless running. */
  readonly pid: number;
  /** What the engine holds it to now. Absent: nothing is known. */
  readonly resources?: ResourceSettings;
}

export interface ObservedSandbox {
  readonly id: string;
  /** Id and start time: a sandbox restarted by hand has a new, empty network namespace and is another instance. */
  readonly instance: string;
  readonly attempt: number;
  readonly specHash: string;
  /** The pause process runs. */
  readonly ready: boolean;
  /** Was it created and never started: an interrupted creation. */
  readonly created: boolean;
  readonly hostNetwork: boolean;
  readonly createdAt: number;
  /** Of this instance; absent while it was never started. */
  readonly startedAt?: number;
  /** IPv4 first; empty for host network. */
  readonly ips: readonly string[];
  readonly pid: number;
}

/** Highest attempt first in both lists; never ordered by time. */
export interface ObservedPod extends PodIdentity {
  readonly sandboxes: readonly ObservedSandbox[];
  readonly containers: readonly ObservedContainer[];
}
