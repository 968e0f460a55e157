import { accessModesText } from '../../../api/printing/access-modes.js';
import { canonicalQuantity } from '../../../api/quantity-format.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/claim.js';
import type { Pod } from '../../../api/schema/pod.js';
import type { EventObject } from '../event-object.js';
import { describeClaimSpec } from './claim-spec.js';
import { goList, longTime, type Description } from './description.js';
import { describeEvents } from './events.js';
import { describeAnnotations, describeLabels } from './metadata.js';
import { describeSource } from './volumes.js';

/** @param pods of its namespace */
export function describeClaim(
  to: Description,
  claim: PersistentVolumeClaim,
  pods: readonly Pod[],
  events: readonly EventObject[] | undefined,
): void {
  describeClaimSpec(to, 0, claim, true);
  const users = pods.filter(({ spec }) =>
    spec.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === claim.metadata.name),
  );
  to.list(0, 'Used By', users.map(({ metadata }) => metadata.name).sort());
  const conditions = claim.status?.conditions ?? [];
  if (conditions.length > 0) {
    to.line(0, 'Conditions:');
    const rows = conditions.map(({ lastProbeTime, lastTransitionTime, message, reason, status, type }) => [
      ...[type, status, longTime(lastProbeTime), longTime(lastTransitionTime), reason ?? ''].map((cell) => `${cell} `),
      message,
    ]);
    const heading = ['Type', 'Status', 'LastProbeTime', 'LastTransitionTime', 'Reason', 'Message'];
    const line = ['----', '------', '-----------------', '------------------', '------', '-------'];
    to.table(1, heading, rows, line);
  }
  if (events !== undefined) describeEvents(to, events);
}

export function describePersistentVolume(
  to: Description,
  { metadata, spec, status }: PersistentVolume,
  events: readonly EventObject[] | undefined,
): void {
  const { claimRef, nodeAffinity } = spec;
  const deleted = metadata.deletionTimestamp;
  to.field(0, 'Name', metadata.name);
  describeLabels(to, 'Labels', metadata.labels);
  describeAnnotations(to, metadata.annotations);
  to.field(0, 'Finalizers', goList(metadata.finalizers));
  to.field(0, 'StorageClass', spec.storageClassName);
  to.field(0, 'Status', deleted === undefined ? status?.phase : `Terminating (lasts ${to.age(deleted)})`);
  to.field(0, 'Claim', claimRef === undefined ? '' : `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`);
  to.field(0, 'Reclaim Policy', spec.persistentVolumeReclaimPolicy);
  to.field(0, 'Access Modes', accessModesText(spec.accessModes));
  if (spec.volumeMode !== undefined) to.field(0, 'VolumeMode', spec.volumeMode);
  to.field(0, 'Capacity', canonicalQuantity(spec.capacity?.['storage'] ?? '0'));
  const terms = nodeAffinity?.required?.nodeSelectorTerms;
  if (terms === undefined) to.field(0, 'Node Affinity', '<none>');
  else {
    to.field(0, 'Node Affinity', '');
    to.field(1, 'Required Terms', terms.length === 0 ? '<none>' : '');
    terms.forEach(({ matchExpressions = [] }, index) => {
      const texts = matchExpressions.map(({ key, operator, values = [] }) =>
        [key, operator.toLowerCase(), ...(values.length > 0 ? [`[${values.join(', ')}]`] : [])].join(' '),
      );
      to.list(2, `Term ${index}`, texts);
    });
  }
  to.field(0, 'Message', status?.message);
  to.line(0, 'Source:');
  // Where the two differ in a source's secrets, nothing of them is shown.
  describeSource(to, spec);
  if (events !== undefined) describeEvents(to, events);
}
