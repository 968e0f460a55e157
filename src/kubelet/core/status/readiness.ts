import type { Container, ContainerStatus } from '../../../api/schema/pod.js';
import { toRfc3339 } from '../../../lib/time.js';
import type { ObservedContainer } from '../../../runtime/observed.js';
import type { ProbeKind, ProbeSnapshot } from '../probes/probe-state.js';
import { containerIdOf } from '../view/container-id.js';

/** A container of the spec with its newest instance and what was last published of it. */
interface Judged {
  readonly spec: Container;
  readonly newest: ObservedContainer | undefined;
  readonly stored: ContainerStatus | undefined;
}

/**
 * Does the newest instance count as started: it runs, and its startup probe, if it has one, succeeded? Until the probe
 * has a result, what was published of this very instance holds: that is how it survives an agent restart.
 * Source: kubelet prober_manager.go, UpdatePodStatus.
 */
export function isStarted({ newest, spec, stored }: Judged, probes: ProbeSnapshot | undefined): boolean {
  if (newest?.state !== 'running') return false;
  if (spec.startupProbe === undefined || probes === undefined) return true;
  const result = probes.get(newest.id)?.startup;
  if (result !== undefined) return result === 'success';
  return isAbout(stored, newest) && stored?.started === true;
}

/** Is it ready to serve: started, and its readiness probe, if it has one, succeeded? As above until there is a result. */
export function isReady(judged: Judged, probes: ProbeSnapshot | undefined): boolean {
  const { newest, spec, stored } = judged;
  if (newest === undefined || !isStarted(judged, probes)) return false;
  if (spec.readinessProbe === undefined || probes === undefined) return true;
  const result = probes.get(newest.id)?.readiness;
  if (result !== undefined) return result === 'success';
  return isAbout(stored, newest) && stored?.ready === true;
}

/**
 * The probe whose failure is the end of the newest instance, whether it still runs or was killed for it. The agent does
 * not remember it beyond its own end; then the instance just ended.
 */
export function failedProbe(
  { newest }: Pick<Judged, 'newest'>,
  probes: ProbeSnapshot | undefined,
): Exclude<ProbeKind, 'readiness'> | undefined {
  const results = newest === undefined ? undefined : probes?.get(newest.id);
  if (results?.liveness === 'failure') return 'liveness';
  return results?.startup === 'failure' ? 'startup' : undefined;
}

/** An instance is a container and its start: restarted by hand it keeps its id, and nothing is known of it. */
const isAbout = (stored: ContainerStatus | undefined, record: ObservedContainer): boolean =>
  stored?.containerID === containerIdOf(record) &&
  record.startedAt !== undefined &&
  stored.state?.running?.startedAt === toRfc3339(record.startedAt);
