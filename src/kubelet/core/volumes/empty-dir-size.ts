import { wholeValue } from '../../../api/quantity.js';
import type { Container, Pod, Volume } from '../../../api/schema/pod.js';

type EmptyDir = NonNullable<Volume['emptyDir']>;

/**
 * How much may go into an emptyDir in memory: the least of its own limit, the pod's memory limit and what the node can
 * give. 0 when none of them is known. Source: kubelet calculateEmptyDirMemorySize, pkg/volume/emptydir/empty_dir.go
 */
export function memoryVolumeBytes(
  pod: Pod,
  { sizeLimit }: EmptyDir,
  allocatable: Readonly<Record<string, string>>,
): number {
  const limits = [bytes(sizeLimit), podMemoryLimit(pod), bytes(allocatable['memory'])].filter((limit) => limit > 0);
  return limits.length === 0 ? 0 : Math.min(...limits);
}

/** The limit of an emptyDir on disk, which is kept by looking now and then; undefined when there is none. */
export function diskVolumeLimit({ emptyDir }: Volume): number | undefined {
  if (emptyDir === undefined || (emptyDir.medium ?? '') !== '') return undefined;
  const limit = bytes(emptyDir.sizeLimit);
  return limit === 0 ? undefined : limit;
}

/** 0 unless every container has one. Sidecars count as long as the others run. */
function podMemoryLimit({ spec }: Pod): number {
  const inits = spec.initContainers ?? [];
  if ([...inits, ...spec.containers].some((container) => memoryLimit(container) === 0)) return 0;
  const sidecars = inits.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const others = inits.filter(({ restartPolicy }) => restartPolicy !== 'Always');
  const sum = (containers: readonly Container[]): number =>
    containers.reduce((total, container) => total + memoryLimit(container), 0);
  return Math.max(sum([...sidecars, ...spec.containers]), ...others.map((init) => memoryLimit(init) + sum(sidecars)));
}

const memoryLimit = ({ resources }: Container): number => bytes(resources?.limits?.['memory']);

const bytes = (quantity: string | undefined): number => (quantity === undefined ? 0 : Number(wholeValue(quantity)));
