import type { HostImage, HostInfo } from '../../runtime/host.js';

/** All a Node object is made from, besides the one that is stored. */
export interface NodeFacts {
  readonly nodeName: string;
  /** The node's address for others. */
  readonly hostIP: string;
  /** As `kubectl get nodes` shows it: `v1.33.0+kubelette`. */
  readonly kubeletVersion: string;
  /** Last known; absent until the engine answered for the first time. */
  readonly host?: HostInfo;
  readonly images: readonly HostImage[];
  /** Absent: `DEFAULT_MAX_PODS`. */
  readonly maxPods?: number;
  /** Does the engine answer now? */
  readonly healthy: boolean;
}
