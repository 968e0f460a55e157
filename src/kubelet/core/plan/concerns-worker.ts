import type { Pod } from '../../../api/schema/pod.js';
import { isTerminalPhase } from './termination.js';

/**
 * Whether a change of a pod is anything to act on. A new status is the worker's own doing, but for the conditions that others
 * set and readiness waits for, and for an end that others decided on.
 */
export const concernsWorker = (before: Pod, now: Pod): boolean =>
  before.metadata.generation !== now.metadata.generation ||
  (hasMetadataFiles(now) && !sameMetadata(before, now)) ||
  gates(before).join() !== gates(now).join() ||
  (wasEnded(now) && !wasEnded(before));

/**
 * Labels and annotations have no generation. They are acted on when they are files in a volume; where else they are read, it is
 * done at the next start of a container.
 */
const hasMetadataFiles = ({ spec: { volumes = [] } }: Pod): boolean =>
  volumes.some(
    ({ downwardAPI, projected }) =>
      downwardAPI !== undefined || projected?.sources?.some((source) => source.downwardAPI !== undefined),
  );

const sameMetadata = ({ metadata: before }: Pod, { metadata: now }: Pod): boolean =>
  sameTexts(before.labels, now.labels) && sameTexts(before.annotations, now.annotations);

function sameTexts(before: Readonly<Record<string, string>> = {}, now: Readonly<Record<string, string>> = {}): boolean {
  const names = Object.keys(now);
  return names.length === Object.keys(before).length && names.every((name) => before[name] === now[name]);
}

/** The worker says so only when nothing runs any more. */
const wasEnded = ({ status }: Pod): boolean =>
  isTerminalPhase(status?.phase) && (status?.containerStatuses ?? []).some(({ state }) => state?.running !== undefined);

function gates({ spec, status }: Pod): readonly (string | undefined)[] {
  const { conditions = [] } = status ?? {};
  return (spec.readinessGates ?? []).map(
    ({ conditionType }) => conditions.find(({ type }) => type === conditionType)?.status,
  );
}
