import type { KubeletteNode, StartOptions } from './node.js';
import { startNode } from './start-node.js';

/** Where nodes come from. */
export interface KubeletteStarter {
  /**
   * Starts a node and waits until it can run pods.
   * @throws KubeletteError `Timeout` when no engine answered in time (30 s unless `timeoutMs` or `signal` say otherwise)
   */
  start(options?: StartOptions): Promise<KubeletteNode>;
}

/** A node in this process. */
export type Kubelette = KubeletteNode;

export const Kubelette: KubeletteStarter = { start: startNode };
