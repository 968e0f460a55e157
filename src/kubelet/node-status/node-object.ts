import type { Node } from '../../api/schema/node.js';
import type { HostImage, HostInfo } from '../../runtime/host.js';
import { DEFAULT_MAX_PODS } from '../../options.js';
import { computeNodeConditions } from './node-conditions.js';
import type { NodeFacts } from './node-facts.js';

/** Source: kubelet --node-status-max-images; of each image this many names. */
const MAX_IMAGES = 50;
const MAX_IMAGE_NAMES = 5;

/**
 * The Node as it should be stored now. Labels, annotations, taints and conditions that others have set stay.
 * Source: kubelet pkg/kubelet/kubelet_node_status.go.
 *
 * @param stored the object as it is; absent when there is none
 * @param now epoch milliseconds, the agent's clock
 */
export function computeNode(facts: NodeFacts, stored: Node | undefined, now: number): Node {
  const { host, nodeName } = facts;
  const before = stored?.status;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      ...(stored?.metadata ?? { name: nodeName }),
      labels: { ...stored?.metadata.labels, ...labels(facts) },
    },
    spec: stored?.spec ?? {},
    status: {
      ...before,
      // The engine being away does not shrink its machine.
      ...(host === undefined
        ? {}
        : { ...resources(host, facts.maxPods ?? DEFAULT_MAX_PODS), nodeInfo: nodeInfo(facts, host) }),
      conditions: [...computeNodeConditions(facts, before?.conditions ?? [], now)],
      addresses: [
        { type: 'InternalIP', address: facts.hostIP },
        { type: 'Hostname', address: nodeName },
      ],
      ...(host === undefined ? {} : { images: largest(facts.images) }),
    },
  };
}

/** The same but for the times of its heartbeats. */
export function withoutHeartbeats(node: Node): Node {
  const conditions = node.status?.conditions?.map(({ lastHeartbeatTime: _, ...condition }) => condition);
  return { ...node, status: { ...node.status, ...(conditions === undefined ? {} : { conditions }) } };
}

function labels({ host, nodeName }: NodeFacts): Record<string, string> {
  const of = (prefix: string): Record<string, string> =>
    host === undefined
      ? {}
      : { [`${prefix}kubernetes.io/os`]: host.os, [`${prefix}kubernetes.io/arch`]: host.architecture };
  return { 'kubernetes.io/hostname': nodeName, ...of(''), ...of('beta.') };
}

/** Nothing is reserved for the system: pods may have it all. */
function resources(host: HostInfo, maxPods: number): Pick<NonNullable<Node['status']>, 'capacity' | 'allocatable'> {
  const capacity = nodeCapacity(host, maxPods);
  return { capacity, allocatable: capacity };
}

/** Amounts by resource. */
export function nodeCapacity({ cpus, disk, memoryBytes }: HostInfo, maxPods: number): Record<string, string> {
  return {
    cpu: String(cpus),
    ...(disk === undefined ? {} : { 'ephemeral-storage': kibibytes(disk.capacityBytes) }),
    memory: kibibytes(memoryBytes),
    pods: String(maxPods),
  };
}

const kibibytes = (bytes: number): string => `${Math.floor(bytes / 1024)}Ki`;

/** Two ids that tell engines apart; a boot of its machine is not known through the engine. */
const nodeInfo = (
  { kubeletVersion }: NodeFacts,
  host: HostInfo,
): NonNullable<NonNullable<Node['status']>['nodeInfo']> => ({
  machineID: host.engineId,
  systemUUID: host.engineId,
  bootID: '',
  kernelVersion: host.kernelVersion,
  osImage: host.osImage,
  containerRuntimeVersion: `docker://${host.engineVersion}`,
  kubeletVersion,
  kubeProxyVersion: '',
  operatingSystem: host.os,
  architecture: host.architecture,
});

const largest = (images: readonly HostImage[]): { names: string[]; sizeBytes: number }[] =>
  [...images]
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, MAX_IMAGES)
    .map(({ names, sizeBytes }) => ({ names: names.slice(0, MAX_IMAGE_NAMES), sizeBytes }));
