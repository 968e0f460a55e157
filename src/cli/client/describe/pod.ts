import { computeQosClass } from '../../../api/qos.js';
import type { Pod } from '../../../api/schema/pod.js';
import type { EventObject } from '../event-object.js';
import { describeContainers } from './containers.js';
import { longTime, type Description } from './description.js';
import { describeEvents } from './events.js';
import { describeAnnotations, describeLabels } from './metadata.js';
import { describeResources } from './resources.js';
import { describeTolerations, describeTopologySpread } from './scheduling.js';
import { describeVolumes } from './volumes.js';

/** Source: kubectl pkg/describe/describe.go, describePod. */
export function describePod(to: Description, pod: Pod, events: readonly EventObject[] | undefined): void {
  const { spec, status } = pod;
  describeHead(to, pod);
  if (spec.resources !== undefined) {
    to.line(0, 'Resources:');
    describeResources(to, 1, spec.resources);
  }
  const { ephemeralContainers = [], initContainers = [] } = spec;
  if (initContainers.length > 0)
    describeContainers(to, 'Init Containers', initContainers, status?.initContainerStatuses, pod);
  describeContainers(to, 'Containers', spec.containers, status?.containerStatuses, pod);
  if (ephemeralContainers.length > 0)
    describeContainers(to, 'Ephemeral Containers', ephemeralContainers, status?.ephemeralContainerStatuses, pod);
  describeConditions(to, pod);
  describeVolumes(to, spec.volumes ?? []);
  to.field(0, 'QoS Class', status?.qosClass ?? computeQosClass(spec));
  describeLabels(to, 'Node-Selectors', spec.nodeSelector);
  describeTolerations(to, spec.tolerations ?? []);
  describeTopologySpread(to, spec.topologySpreadConstraints ?? []);
  if (events !== undefined) describeEvents(to, events);
}

function describeHead(to: Description, { metadata, spec, status }: Pod): void {
  to.field(0, 'Name', metadata.name);
  to.field(0, 'Namespace', metadata.namespace);
  if (spec.priority !== undefined) to.field(0, 'Priority', spec.priority);
  given(to, 'Priority Class Name', spec.priorityClassName);
  given(to, 'Runtime Class Name', spec.runtimeClassName);
  given(to, 'Service Account', spec.serviceAccountName);
  const { nodeName = '' } = spec;
  to.field(0, 'Node', nodeName === '' ? '<none>' : `${nodeName}/${status?.hostIP ?? ''}`);
  if (status?.startTime !== undefined) to.field(0, 'Start Time', longTime(status.startTime));
  describeLabels(to, 'Labels', metadata.labels);
  describeAnnotations(to, metadata.annotations);
  const ended = status?.phase === 'Failed' || status?.phase === 'Succeeded';
  if (metadata.deletionTimestamp !== undefined && !ended) {
    to.field(0, 'Status', `Terminating (lasts ${to.age(metadata.deletionTimestamp)})`);
    to.field(0, 'Termination Grace Period', `${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else to.field(0, 'Status', status?.phase);
  given(to, 'Reason', status?.reason);
  given(to, 'Message', status?.message);
  const seccomp = spec.securityContext?.seccompProfile;
  if (seccomp !== undefined) {
    to.field(0, 'SeccompProfile', seccomp.type);
    if (seccomp.type === 'Localhost') to.field(0, 'LocalhostProfile', seccomp.localhostProfile);
  }
  to.field(0, 'IP', status?.podIP);
  const ips = status?.podIPs ?? [];
  if (ips.length === 0) to.field(0, 'IPs', '<none>');
  else to.line(0, 'IPs:');
  for (const { ip } of ips) to.field(1, 'IP', ip);
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  if (controller !== undefined) to.field(0, 'Controlled By', `${controller.kind}/${controller.name}`);
  given(to, 'NominatedNodeName', status?.nominatedNodeName);
}

function describeConditions(to: Description, { spec, status }: Pod): void {
  const conditions = status?.conditions ?? [];
  const gates = spec.readinessGates ?? [];
  // With a blank after each value, as kubectl has it.
  const spaced = (type: string, value: string) => [`${type} `, `${value} `];
  if (gates.length > 0) {
    to.line(0, 'Readiness Gates:');
    const valueOf = (gate: string) => conditions.find(({ type }) => type === gate)?.status ?? '<none>';
    const rows = gates.map(({ conditionType }) => spaced(conditionType, valueOf(conditionType)));
    to.table(1, ['Type', 'Status'], rows, 'no line');
  }
  if (conditions.length === 0) return;
  to.line(0, 'Conditions:');
  const rows = conditions.map((condition) => spaced(condition.type, condition.status));
  to.table(1, ['Type', 'Status'], rows, 'no line');
}

function given(to: Description, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '') to.field(0, name, value);
}
