import type { Pod } from '../../api/schema/pod.js';
import type { PodOperations } from '../../kubelet/pod-operations.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';

/** What the routes that stream need of the node. */
export interface PodStreams {
  readonly operations: PodOperations;
  /** The pod as it is now. */
  readonly findPod: (namespace: string, name: string) => Pod | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Addresses a pod for `PodOperations`. */
export const podTarget = ({ metadata }: Pod): { readonly namespace: string; readonly name: string } => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});
