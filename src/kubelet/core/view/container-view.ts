import type { Container, ContainerStatus, Pod } from '../../../api/schema/pod.js';
import { withLast } from '../../../lib/once.js';
import type { ContainerKind, ObservedContainer, ObservedSandbox } from '../../../runtime/observed.js';
import type { ProbeKind } from '../probes/probe-state.js';
import { failedProbe, isReady, isStarted } from '../status/readiness.js';
import { effectiveRestartPolicy, type RestartPolicy } from '../plan/restart-policy.js';
import { startsAnew } from '../plan/starts-anew.js';
import { CLOCKS_DIFFER_MS } from './clocks.js';
import { containerIdOf } from './container-id.js';
import { currentSandbox } from './sandbox-view.js';
import type { SyncInput } from '../plan/sync-input.js';
import { parseRfc3339 } from '../../../lib/time.js';

/** One container of the spec with everything known about its instances. */
export interface ContainerView {
  readonly spec: Container;
  readonly kind: ContainerKind;
  readonly restartPolicy: RestartPolicy;
  /** Instances on the engine, highest attempt first. */
  readonly records: readonly ObservedContainer[];
  readonly newest: ObservedContainer | undefined;
  /** Last published status: what is known of instances that somebody removed. */
  readonly stored: ContainerStatus | undefined;
  /** The newest instance belongs to the current sandbox. */
  readonly here: boolean;
  /** An instance of it was started in the current sandbox, whether or not its record still exists. */
  readonly startedHere: boolean;
  /** Its newest instance in the current sandbox ended with 0 (and not by OOM). */
  readonly succeededHere: boolean;
  /** The newest instance runs and its startup probe, if it has one, succeeded. */
  readonly started: boolean;
  /** And it is ready to serve, as far as probes say. Nothing about regular init containers: they are ready when done. */
  readonly ready: boolean;
  /** Present: it is to be killed, or was killed, because this probe of it failed. */
  readonly failedProbe: Exclude<ProbeKind, 'readiness'> | undefined;
}

const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/** The containers of a pod in spec order. */
export interface ContainerViews {
  /** Init containers and sidecars. */
  readonly inits: readonly ContainerView[];
  readonly apps: readonly ContainerView[];
  /** Both of them, inits first. */
  readonly members: readonly ContainerView[];
  readonly ephemerals: readonly ContainerView[];
}

/** Of one look at a pod, which is decided on, published and probed. */
export const containerViews = withLast((input: SyncInput): ContainerViews => {
  const { observed, pod } = input;
  const { containers, ephemeralContainers = [], initContainers = [] } = pod.spec;
  const sandbox = currentSandbox(observed);
  const view = (spec: Container, kind: ContainerKind): ContainerView => containerView(input, sandbox, spec, kind);
  const inits = initContainers.map((spec) => view(spec, isSidecar(spec) ? 'sidecar' : 'init'));
  const apps = containers.map((spec) => view(spec, 'app'));
  const ephemerals = ephemeralContainers.map((spec) => view(spec, 'ephemeral'));
  return { inits, apps, members: inits.concat(apps), ephemerals };
});

function containerView(
  input: SyncInput,
  sandbox: ObservedSandbox | undefined,
  spec: Container,
  kind: ContainerKind,
): ContainerView {
  const { pod, observed, probes } = input;
  const records = observed.containers.filter((record) => record.name === spec.name);
  const stored = storedStatus(pod, spec.name, kind);
  const newest = isOutdated(records[0], stored) ? undefined : records[0];
  const here = newest !== undefined && sandbox !== undefined && newest.sandboxInstance === sandbox.instance;
  const policy = effectiveRestartPolicy(pod, spec, kind);
  const failed = failedProbe({ newest }, probes);
  const storedHere =
    newest === undefined &&
    sandbox?.startedAt !== undefined &&
    startedSince(stored, sandbox.startedAt, input.now, kind);
  return {
    spec,
    kind,
    // The kubelet decides on the restart when it decides on the kill, whatever the exit code will be.
    restartPolicy: failed !== undefined && policy !== 'Never' ? 'Always' : policy,
    records,
    newest,
    stored,
    here,
    startedHere:
      storedHere ||
      records.some(({ sandboxInstance, state }) => sandboxInstance === sandbox?.instance && state !== 'created'),
    succeededHere: here
      ? newest.state === 'exited' && newest.exitCode === 0 && !newest.oomKilled
      : storedHere && stored?.state?.terminated?.exitCode === 0 && !ranOutOfMemory({ newest, stored }),
    started: isStarted({ spec, newest, stored }, probes),
    ready: isReady({ spec, newest, stored }, probes),
    failedProbe: failed,
  };
}

/**
 * A later instance was published, or one that was lost is counted already: what is left is not the newest. A running one is
 * only doubted when the later one is known by its id. Nor is what was only created when another instance of that number was
 * published as started: a slow engine carried out a creation that had long been given up and done again.
 */
function isOutdated(record: ObservedContainer | undefined, stored: ContainerStatus | undefined): boolean {
  if (record === undefined || stored === undefined || neverStarted(stored)) return false;
  const { containerID, restartCount } = stored;
  if (containerID === containerIdOf(record)) return false;
  if (record.state === 'created' && restartCount === record.attempt) return containerID !== undefined;
  return restartCount > record.attempt && (containerID !== undefined || record.state !== 'running');
}

function storedStatus(pod: Pod, name: string, kind: ContainerKind): ContainerStatus | undefined {
  const { status } = pod;
  const list =
    kind === 'app'
      ? status?.containerStatuses
      : kind === 'ephemeral'
        ? status?.ephemeralContainerStatuses
        : status?.initContainerStatuses;
  return list?.find((candidate) => candidate.name === name);
}

/**
 * Was the published instance started in this sandbox? Only the current state counts: what is to run again in a new sandbox
 * is published as waiting before it does. Status times are whole seconds, so for one that started in the very second of
 * the sandbox that is all there is to tell them apart; it holds for regular init containers, which always run again, but
 * an app that has done its work keeps its state in every sandbox: there the answer is no. It also is when the
 * clock was set back since: a start in the future says nothing, unless it is near.
 */
function startedSince(
  stored: ContainerStatus | undefined,
  sandboxStartedAt: number,
  now: number,
  kind: ContainerKind,
): boolean {
  const startedAt = parseRfc3339((stored?.state?.running ?? stored?.state?.terminated)?.startedAt);
  const since = kind === 'init' ? Math.floor(sandboxStartedAt / 1000) * 1000 : sandboxStartedAt + 1;
  return startedAt !== undefined && startedAt >= since && startedAt <= now + CLOCKS_DIFFER_MS;
}

/**
 * Number of the next instance: attempts only grow, also when somebody removed the records. What was created and never
 * started, because its sandbox failed for example, was no instance: its number is used again, and counts no restart.
 */
export function nextAttempt({ newest, stored }: ContainerView): number {
  const recorded = newest === undefined ? 0 : newest.attempt + (newest.state === 'created' ? 0 : 1);
  if (stored === undefined || (newest !== undefined && stored.restartCount <= newest.attempt)) return recorded;
  // A status with a container ID speaks of an instance that existed; without one, restartCount is the number of the
  // instance to come (0, or already counted up when the last one was lost). So it is when it is more than that of the newest,
  // whose id it has: the one after that was only created.
  const isToCome =
    stored.containerID === undefined ||
    neverStarted(stored) ||
    (newest !== undefined && stored.containerID === containerIdOf(newest));
  return Math.max(recorded, isToCome ? stored.restartCount : stored.restartCount + 1);
}

/**
 * Is the published one a container that was created, and nothing more? The last state is that of another one then: its own
 * would have its id, and one that was lost has none.
 */
export const neverStarted = ({ containerID, lastState, state }: ContainerStatus): boolean =>
  containerID !== undefined && state?.waiting !== undefined && lastState?.terminated?.containerID !== containerID;

/**
 * How the container's last instance ended, or undefined while one lives or none ever ran. A record that somebody
 * removed is still known from the published status; one that was running then is lost and counts as 137.
 */
export function lastExitCode({ newest, stored }: ContainerView): number | undefined {
  if (newest !== undefined) return newest.state === 'exited' ? (newest.exitCode ?? LOST_EXIT_CODE) : undefined;
  if (startsAnew(stored)) return undefined;
  if (stored?.state?.running !== undefined) return LOST_EXIT_CODE;
  return (stored?.state?.terminated ?? stored?.lastState?.terminated)?.exitCode;
}

/** Was that how its last instance ended? Its exit code may be 0 all the same, which is no success of an init container. */
export const ranOutOfMemory = ({ newest, stored }: Pick<ContainerView, 'newest' | 'stored'>): boolean =>
  newest?.oomKilled ?? stored?.state?.terminated?.reason === OOM_KILLED;

/** Reason of such an end in the status. */
export const OOM_KILLED = 'OOMKilled';

/** Kubelet: the exit code of a container that could not be located. */
export const LOST_EXIT_CODE = 137;
