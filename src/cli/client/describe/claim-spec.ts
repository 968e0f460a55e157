import { accessModesText } from '../../../api/printing/access-modes.js';
import { canonicalQuantity } from '../../../api/quantity-format.js';
import type { PersistentVolumeClaim } from '../../../api/schema/claim.js';
import { goList, type Description } from './description.js';
import { describeAnnotations, describeLabels } from './metadata.js';

/** A claim, or the template of one: that has no name, no status and no finalizers of its own. */
export function describeClaimSpec(
  to: Description,
  level: number,
  {
    metadata,
    spec,
    status,
  }: Partial<Pick<PersistentVolumeClaim, 'status'>> & {
    readonly metadata?: Partial<PersistentVolumeClaim['metadata']> | undefined;
    readonly spec: PersistentVolumeClaim['spec'];
  },
  isWhole = false,
): void {
  const { volumeName = '' } = spec;
  const bound = volumeName !== '';
  if (isWhole) {
    to.field(level, 'Name', metadata?.name);
    to.field(level, 'Namespace', metadata?.namespace);
  }
  to.field(level, 'StorageClass', spec.storageClassName);
  if (isWhole) {
    const deleted = metadata?.deletionTimestamp;
    to.field(level, 'Status', deleted === undefined ? status?.phase : `Terminating (lasts ${to.age(deleted)})`);
  }
  to.field(level, 'Volume', volumeName);
  describeLabels(to, 'Labels', metadata?.labels, level);
  describeAnnotations(to, metadata?.annotations, level);
  if (isWhole) to.field(level, 'Finalizers', goList(metadata?.finalizers));
  to.field(level, 'Capacity', bound ? canonicalQuantity(status?.capacity?.['storage'] ?? '0') : '');
  to.field(level, 'Access Modes', bound ? accessModesText(status?.accessModes) : '');
  if (spec.volumeMode !== undefined) to.field(level, 'VolumeMode', spec.volumeMode);
  if (spec.dataSource === undefined) return;
  to.line(level, 'DataSource:');
  if (spec.dataSource.apiGroup !== undefined) to.field(level + 1, 'APIGroup', spec.dataSource.apiGroup);
  to.field(level + 1, 'Kind', spec.dataSource.kind);
  to.field(level + 1, 'Name', spec.dataSource.name);
}
