import type { Lease } from '../../../api/schema/lease.js';
import type { Node } from '../../../api/schema/node.js';
import type { Pod } from '../../../api/schema/pod.js';
import type { EventObject } from '../event-object.js';
import { longTime, type Description } from './description.js';
import { describeEvents } from './events.js';
import { describeAnnotations, describeLabels } from './metadata.js';
import { describeNodeUse } from './node-use.js';
import { describeAmounts } from './resources.js';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

/**
 * @param lease what keeps the node alive, or why it is not known
 * @param pods those of the node that have not ended
 */
export function describeNode(
  to: Description,
  node: Node,
  lease: Lease | string,
  pods: readonly Pod[],
  events: readonly EventObject[] | undefined,
): void {
  const { metadata, spec, status } = node;
  to.field(0, 'Name', metadata.name);
  to.field(0, 'Roles', rolesOf(metadata.labels ?? {}).join(',') || '<none>');
  describeLabels(to, 'Labels', metadata.labels);
  describeAnnotations(to, metadata.annotations);
  to.field(0, 'CreationTimestamp', longTime(metadata.creationTimestamp));
  const taints = (spec?.taints ?? []).map(({ effect, key, value = '' }) => ({
    order: `${effect},${key}`,
    text: `${key}${value === '' ? '' : `=${value}`}:${effect}`,
  }));
  to.list(
    0,
    'Taints',
    taints.sort((a, b) => (a.order < b.order ? -1 : 1)).map(({ text }) => text),
  );
  to.field(0, 'Unschedulable', spec?.unschedulable === true);
  describeLease(to, lease);
  describeConditions(to, node);
  to.line(0, 'Addresses:');
  for (const { address, type } of status?.addresses ?? []) to.field(1, type, address);
  describeAmounts(to, 0, 'Capacity', status?.capacity);
  describeAmounts(to, 0, 'Allocatable', status?.allocatable);
  describeSystem(to, node);
  describeNodeUse(to, node, pods);
  if (events !== undefined) describeEvents(to, events);
}

function describeLease(to: Description, lease: Lease | string): void {
  if (typeof lease === 'string') {
    to.field(0, 'Lease', `Failed to get lease: ${lease}`);
    return;
  }
  const { acquireTime, holderIdentity = '<unset>', renewTime } = lease.spec ?? {};
  to.line(0, 'Lease:');
  to.field(1, 'HolderIdentity', holderIdentity);
  to.field(1, 'AcquireTime', acquireTime === undefined ? '<unset>' : longTime(acquireTime));
  to.field(1, 'RenewTime', renewTime === undefined ? '<unset>' : longTime(renewTime));
}

function describeConditions(to: Description, { status }: Node): void {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return;
  to.line(0, 'Conditions:');
  const rows = conditions.map(
    ({ lastHeartbeatTime, lastTransitionTime, message, reason = '', status: value, type }) => [
      // With a blank after each value, as kubectl has it.
      ...[type, value, longTime(lastHeartbeatTime), longTime(lastTransitionTime), reason].map((cell) => `${cell} `),
      message,
    ],
  );
  to.table(1, ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'], rows);
}

function describeSystem(to: Description, { spec, status }: Node): void {
  const info = status?.nodeInfo;
  to.line(0, 'System Info:');
  to.field(1, 'Machine ID', info?.machineID);
  to.field(1, 'System UUID', info?.systemUUID);
  to.field(1, 'Boot ID', info?.bootID);
  to.field(1, 'Kernel Version', info?.kernelVersion);
  to.field(1, 'OS Image', info?.osImage);
  to.field(1, 'Operating System', info?.operatingSystem);
  to.field(1, 'Architecture', info?.architecture);
  to.field(1, 'Container Runtime Version', info?.containerRuntimeVersion);
  to.field(1, 'Kubelet Version', info?.kubeletVersion);
  to.field(1, 'Kube-Proxy Version', info?.kubeProxyVersion);
  const { podCIDR = '', podCIDRs = [], providerID = '' } = spec ?? {};
  if (podCIDR !== '') to.field(0, 'PodCIDR', podCIDR);
  if (podCIDRs.length > 0) to.field(0, 'PodCIDRs', podCIDRs.join(','));
  if (providerID !== '') to.field(0, 'ProviderID', providerID);
}

const rolesOf = (labels: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(labels)
    .map(([key, value]) =>
      key.startsWith(ROLE_PREFIX) ? key.slice(ROLE_PREFIX.length) : key === ROLE_LABEL ? value : '',
    )
    .filter((role) => role !== '')
    .sort();
