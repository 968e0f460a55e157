import type { Namespace } from '../../../api/schema/namespace.js';
import { longTime, type Description } from './description.js';
import { describeAnnotations, describeLabels } from './metadata.js';

/** Quotas and limit ranges, which kubectl shows too, do not exist here. */
export function describeNamespace(to: Description, { metadata, status }: Namespace): void {
  to.field(0, 'Name', metadata.name);
  describeLabels(to, 'Labels', metadata.labels);
  describeAnnotations(to, metadata.annotations);
  to.field(0, 'Status', status?.phase);
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return;
  to.line(0, 'Conditions:');
  const rows = conditions.map(({ lastTransitionTime, message, reason, status: value, type }) => [
    type,
    value,
    longTime(lastTransitionTime),
    reason,
    message,
  ]);
  to.table(1, ['Type', 'Status', 'LastTransitionTime', 'Reason', 'Message'], rows);
}
