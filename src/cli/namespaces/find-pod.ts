import type { InventoryContainer } from '../../docker/inventory.js';
import { KubeletteError } from '../../lib/errors.js';

/**
 * The running containers of the pod of this name, whichever node it belongs to.
 * @throws KubeletteError `NotFound` when no node has it running; `Conflict` when several do
 */
export function findPodContainers(
  containers: readonly InventoryContainer[],
  namespace: string,
  name: string,
): readonly InventoryContainer[] {
  const ours = containers.filter(({ pod }) => pod?.name === name && pod.namespace === namespace);
  const running = ours.filter(({ pid }) => pid > 0);
  const first = running[0];
  if (first === undefined) {
    const message = ours.length === 0 ? `pods "${name}" not found` : `pod "${name}" has no running container`;
    throw new KubeletteError('NotFound', `${message} (looked for namespace ${namespace} on every node of the engine)`);
  }
  const nodes = [...new Set(running.map(({ nodeName }) => nodeName))];
  if (nodes.length > 1)
    throw new KubeletteError(
      'Conflict',
      `pod "${name}" runs on several nodes, choose with --node-name: ${nodes.join(', ')}`,
    );
  return running.filter(({ pod }) => pod?.uid === first.pod?.uid);
}
