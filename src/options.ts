import type { PodSecurityLevel } from './api/pod-security/evaluate.js';
import type { Clock } from './lib/clock.js';
import type { Logger } from './lib/logger.js';

/** Every knob of an agent. Defaults live in the shells (CLI, library); nothing in the core has a hidden one. */
export interface AgentOptions {
  /** Owner of everything on the engine, and the node's name. A DNS subdomain. */
  readonly nodeName: string;
  /** Everything the agent writes. */
  readonly dataDir: string;
  /** Engine URI (`unix:///…`, `tcp://…`); absent: as the docker CLI finds it. */
  readonly dockerHost?: string;
  /** Static pods from files. */
  readonly manifestDir?: string;
  /** Static pods from HTTP, every 20 s. */
  readonly manifestUrl?: string;
  /**
   * A foreground or test agent: objects in memory only, and its pods are marked with this process so that the next
   * ephemeral agent sweeps them should this one be killed.
   */
  readonly ephemeral: boolean;
  /** Where the Kubernetes API is served; absent: nowhere. Port 0 picks a free one. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** What pods may do in namespaces whose labels say nothing about it; absent: `DEFAULT_POD_SECURITY`. */
  readonly podSecurity?: PodSecurityLevel;
  readonly images?: ImageOptions;
  /** Absent: `DEFAULT_CONTAINER_LOGS`. */
  readonly containerLogs?: ContainerLogOptions;
  /** Pods that run side by side; absent: `DEFAULT_MAX_PODS`. */
  readonly maxPods?: number;
  /** Most processes and threads of each container; absent: as many as the machine allows. */
  readonly podPidsLimit?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Source: kubelet --max-pods. */
export const DEFAULT_MAX_PODS = 110;
/** As on a cluster without a configuration for it. Source: kube-apiserver, PodSecurityConfiguration defaults. */
export const DEFAULT_POD_SECURITY: PodSecurityLevel = 'privileged';

/** The log files of each container instance. */
export interface ContainerLogOptions {
  /** Size at which the current one is rotated. */
  readonly maxFileBytes: number;
  /** That are kept, the current one included; at least 2. */
  readonly maxFiles: number;
}

/** Source: kubelet containerLogMaxSize and containerLogMaxFiles. */
export const DEFAULT_CONTAINER_LOGS: ContainerLogOptions = { maxFileBytes: 10 * 1024 * 1024, maxFiles: 5 };

/** Pulling images. */
export interface ImageOptions {
  /** Folder with the user's docker `config.json`; absent: `$DOCKER_CONFIG`, else `~/.docker`. */
  readonly dockerConfig?: string;
  /** A pull without progress for so long is given up; absent: 60 s. */
  readonly pullDeadlineMs?: number;
  /** When images that the agent has pulled are removed again; absent: never. */
  readonly garbage?: {
    /** Of the engine's disk, from so much on ... */
    readonly highPercent: number;
    /** ... until no more than this is used. */
    readonly lowPercent: number;
    /** Younger ones stay. */
    readonly minimumAgeMs: number;
  };
}

/** The Kubernetes release whose behaviour this is: what nodes and user agents say. */
export const KUBERNETES_RELEASE = '1.33';

/** The pod worker looks again after this long even when nothing woke it (jittered to 1.5 x). Source: kubelet syncFrequency. */
export const RESYNC_PERIOD_MS = 60_000;
/** Retry of a sync that failed (jittered to 1.5 x). Source: kubelet backOffPeriod. */
export const SYNC_RETRY_MS = 10_000;
/** Full listing of the engine while its events flow, and while they do not. */
export const RELIST_PERIOD_MS = 10_000;
export const RELIST_PERIOD_WITHOUT_EVENTS_MS = 1_000;
/** Orphans, leftover volumes and log directories are looked for this often. Source: kubelet housekeepingPeriod is 2 s. */
export const HOUSEKEEPING_PERIOD_MS = 10_000;
/** An event is forgotten after this long. Source: kube-apiserver --event-ttl. */
export const EVENT_TTL_MS = 3_600_000;
