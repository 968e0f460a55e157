import { isDeepStrictEqual } from 'node:util';
import type { Pod } from '../../../api/schema/pod.js';

/**
 * Whether a change of a pod is anything to act on. A new status is the worker's own doing, but for the conditions that others
 * set and readiness waits for.
 */
export const concernsWorker = (before: Pod, now: Pod): boolean =>
  before.metadata.generation !== now.metadata.generation ||
  !isDeepStrictEqual(metadataInFiles(before), metadataInFiles(now)) ||
  !isDeepStrictEqual(gates(before), gates(now));

/**
 * Labels and annotations have no generation. They are acted on when they are files in a volume; where else they are read, it is
 * done at the next start of a container.
 */
function metadataInFiles({ metadata: { annotations, labels }, spec: { volumes = [] } }: Pod): object | undefined {
  const shown = volumes.some(
    ({ downwardAPI, projected }) =>
      downwardAPI !== undefined || projected?.sources?.some((source) => source.downwardAPI !== undefined),
  );
  return shown ? { annotations, labels } : undefined;
}

function gates({ spec, status }: Pod): readonly (string | undefined)[] {
  const { conditions = [] } = status ?? {};
  return (spec.readinessGates ?? []).map(
    ({ conditionType }) => conditions.find(({ type }) => type === conditionType)?.status,
  );
}
