import type Docker from 'dockerode';
import type { ObservedContainer, ObservedSandbox } from '../runtime/observed.js';
import type { ResourceSettings } from '../runtime/resource-settings.js';
import type { ParsedContainerLabels, ParsedSandboxLabels } from './labels.js';

/** The parts of an image that a container's status shows. */
export interface ImageNames {
  readonly tags: readonly string[];
  readonly digests: readonly string[];
}

type State = Docker.ContainerInspectInfo['State'];

/** An engine inspect as a container of a pod. Pure. Source for the odd cases: cri-dockerd core/container_status.go. */
export function toObservedContainer(
  inspected: Docker.ContainerInspectInfo,
  labels: ParsedContainerLabels,
  image: ImageNames | undefined,
): ObservedContainer {
  const { State: state } = inspected;
  const createdAt = parseTime(inspected.Created) ?? 0;
  const digest = image?.digests[0];
  return {
    id: inspected.Id,
    name: labels.name,
    kind: labels.kind,
    attempt: labels.attempt,
    specHash: labels.specHash,
    state: toState(state),
    paused: state.Paused,
    createdAt,
    ...toTimes(state, createdAt),
    oomKilled: state.OOMKilled,
    ...(state.Error === '' ? {} : { engineError: state.Error }),
    image: image?.tags[0] ?? labels.image,
    imageId: digest === undefined ? `docker://${inspected.Image}` : `docker-pullable://${digest}`,
    backoffMs: labels.backoffMs,
    sandboxInstance: labels.sandboxInstance,
    pid: state.Running ? state.Pid : 0,
    resources: toResources(inspected.HostConfig),
  };
}

/** The engine's 0 is no limit. */
function toResources(config: Docker.HostConfig): ResourceSettings {
  const { CpuPeriod = 0, CpuQuota = 0, CpuShares = 0, Memory = 0 } = config;
  return {
    ...(CpuShares > 0 ? { cpuShares: CpuShares } : {}),
    ...(CpuPeriod > 0 ? { cpuPeriodUs: CpuPeriod } : {}),
    ...(CpuQuota > 0 ? { cpuQuotaUs: CpuQuota } : {}),
    ...(Memory > 0 ? { memoryBytes: Memory } : {}),
  };
}

/** An engine inspect as the sandbox of a pod. Pure. */
export function toObservedSandbox(
  inspected: Docker.ContainerInspectInfo,
  labels: ParsedSandboxLabels,
): ObservedSandbox {
  const { State: state } = inspected;
  const startedAt = parseTime(state.StartedAt);
  return {
    id: inspected.Id,
    instance: sandboxInstance(inspected),
    attempt: labels.attempt,
    specHash: labels.specHash,
    ready: state.Running && !state.Dead,
    created: toState(state) === 'created',
    hostNetwork: inspected.HostConfig.NetworkMode === 'host',
    createdAt: parseTime(inspected.Created) ?? 0,
    ...(startedAt === undefined ? {} : { startedAt }),
    ips: state.Running ? addresses(inspected) : [],
    pid: state.Running ? state.Pid : 0,
  };
}

/** Id and start time: `docker restart` makes a new, empty network namespace under the same id. */
export const sandboxInstance = (inspected: Pick<Docker.ContainerInspectInfo, 'Id' | 'State'>): string =>
  `${inspected.Id.slice(0, 12)}@${inspected.State.StartedAt}`;

/**
 * The instance that a container belongs to. One that was created before its sandbox ran is labelled with the sandbox's id:
 * it joins what runs when it is started, so a sandbox that was started after it is another instance.
 */
export function joinedInstance(container: ObservedContainer, sandboxes: readonly ObservedSandbox[]): string {
  const { sandboxInstance: label, startedAt = Infinity } = container;
  const sandbox = sandboxes.find(({ id }) => id === label);
  return sandbox !== undefined && startedAt >= (sandbox.startedAt ?? 0) ? sandbox.instance : label;
}

/** Epoch milliseconds of an engine time; its zero time (year 1) is `undefined`. */
export function parseTime(text: string): number | undefined {
  if (text === '' || text.startsWith('0001-')) return undefined;
  // Date.parse takes any number of fraction digits and cuts them to milliseconds.
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function toState(state: State): ObservedContainer['state'] {
  if (state.Dead || state.Status === 'dead' || state.Status === 'removing') return 'unknown';
  if (state.Running) return 'running';
  if (state.Status === 'exited') return 'exited';
  // A failed start leaves "created" with an exit code and no times.
  if (state.Status === 'created') return state.ExitCode === 0 && state.Error === '' ? 'created' : 'exited';
  return 'unknown';
}

function toTimes(state: State, createdAt: number): Pick<ObservedContainer, 'startedAt' | 'finishedAt' | 'exitCode'> {
  const startedAt = parseTime(state.StartedAt);
  switch (toState(state)) {
    case 'running':
    // One that is being taken away: that it ran is all that is to be known of it.
    case 'unknown':
      return startedAt === undefined ? {} : { startedAt };
    case 'exited':
      if (startedAt === undefined) return { finishedAt: createdAt, exitCode: state.ExitCode };
      // The engine notes the start when it is done with it: a quick container has finished before (facts F).
      return {
        startedAt,
        finishedAt: Math.max(parseTime(state.FinishedAt) ?? startedAt, startedAt),
        exitCode: state.ExitCode,
      };
    default:
      return {};
  }
}

function addresses(inspected: Docker.ContainerInspectInfo): readonly string[] {
  const networks = Object.values(inspected.NetworkSettings.Networks);
  return [
    ...networks.map((network) => network.IPAddress),
    ...networks.map((network) => network.GlobalIPv6Address),
  ].filter((address) => address !== '' && (address as string | undefined) !== undefined);
}
