import type { Lease } from '../../api/schema/lease.js';
import type { Node } from '../../api/schema/node.js';

/** Where nodes show that they live. */
export const LEASE_NAMESPACE = 'kube-node-lease';
/** Source: kubelet nodeLeaseDurationSeconds. */
const LEASE_DURATION_SECONDS = 40;

/**
 * The node's lease, renewed now.
 *
 * @param node its owner, once stored
 * @param now epoch milliseconds, the agent's clock
 */
export function computeLease(node: Node, stored: Lease | undefined, now: number): Lease {
  const { name, uid } = node.metadata;
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid: uid ?? '' };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...(stored?.metadata ?? { name, namespace: LEASE_NAMESPACE }), ownerReferences: [owner] },
    spec: {
      ...stored?.spec,
      holderIdentity: name,
      leaseDurationSeconds: LEASE_DURATION_SECONDS,
      renewTime: microTime(now),
    },
  };
}

/** RFC 3339 with microseconds, as leases have it. */
const microTime = (epochMs: number): string => new Date(epochMs).toISOString().replace(/Z$/, '000Z');
