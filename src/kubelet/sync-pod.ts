import { containerHash } from '../api/hash.js';
import type { Container, EphemeralContainer, Pod } from '../api/schema/pod.js';
import type { Clock } from '../lib/clock.js';
import { errorMessage, hasCode } from '../lib/errors.js';
import { SYNC_RETRY_MS } from '../options.js';
import type { ContainerRuntime, EngineInfo, VolumeService } from '../runtime/runtime.js';
import type { ContainerKind, ObservedPod } from '../runtime/observed.js';
import { objectKey, type Store } from '../store/store.js';
import { buildContainerSpec } from './core/container-spec.js';
import type { PodAction } from './core/pod-action.js';
import { podIdentity } from './core/pod-identity.js';
import { buildSandboxSpec } from './core/sandbox-spec.js';
import { currentSandbox } from './core/sandbox-view.js';
import type { StartProblem } from './core/sync-input.js';
import { podVolumes } from './core/volume-plan.js';
import type { EventSink } from './events/event-sink.js';
import type { ImageManager } from './image-manager.js';
import type { LogStore } from './logs/log-store.js';
import type { TerminationMessages } from './termination-messages.js';

/** What executing needs of the node; the same for all pods. */
export interface SyncPorts {
  readonly runtime: ContainerRuntime;
  readonly volumes: VolumeService;
  readonly images: ImageManager;
  readonly logs: LogStore;
  readonly messages: TerminationMessages;
  readonly events: EventSink;
  readonly store: Store;
  readonly clock: Clock;
  readonly engine: EngineInfo;
  readonly allocatable: Readonly<Record<string, string>>;
}

/** One pod's part: what it is and what was seen when the actions were decided. */
export interface SyncContext {
  readonly pod: Pod;
  readonly observed: ObservedPod;
  /** Written here, read by the next decision. By container name. */
  readonly problems: Map<string, StartProblem>;
  /** Containers whose `Killing` event was recorded: one kill, one event, however often it is resumed. */
  readonly announcedKills: Set<string>;
  /** Something the round did not wait for has happened. */
  readonly wake: () => void;
}

/** How long removal of a container waits for the rest of its log. */
const LOG_DRAIN_MS = 10_000;

/** One executor per kind. Adding a kind without one does not compile. */
export type Executors = {
  readonly [K in PodAction['kind']]: (action: Extract<PodAction, { kind: K }>, signal: AbortSignal) => Promise<void>;
};

/**
 * Does what was decided, in order; neighbours of one kind side by side: all containers of a stage stop, start or go
 * together. The first error ends it, and the next round decides anew from what is there then.
 */
export async function execute(actions: readonly PodAction[], executors: Executors, signal: AbortSignal): Promise<void> {
  for (let next = 0; next < actions.length;) {
    signal.throwIfAborted();
    const kind = actions[next]?.kind;
    const end = actions.findIndex((action, index) => index > next && action.kind !== kind);
    const stage = actions.slice(next, end === -1 ? actions.length : end);
    const outcomes = await Promise.allSettled(stage.map((action) => executeOne(action, executors, signal)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    next += stage.length;
  }
}

async function executeOne(action: PodAction, executors: Executors, signal: AbortSignal): Promise<void> {
  // TypeScript cannot see that the executor found by a kind takes actions of that kind.
  const run = executors[action.kind] as (action: PodAction, signal: AbortSignal) => Promise<void>;
  await run(action, signal);
}

export function podExecutors(ports: SyncPorts, context: SyncContext): Executors {
  const { events, logs, messages, runtime, store, volumes } = ports;
  const { pod } = context;
  const identity = podIdentity(pod);
  const starter = new ContainerStarter(ports, context);
  return {
    async killContainer({ containerKind, graceSeconds, id, message, name }, signal) {
      if (!context.announcedKills.has(id)) {
        context.announcedKills.add(id);
        events.event(pod, 'Normal', 'Killing', message, fieldPath(containerKind, name));
      }
      try {
        await runtime.stopContainer(id, graceSeconds, signal);
      } catch (error) {
        if (!signal.aborted) events.event(pod, 'Warning', 'FailedKillPod', `error killing pod: ${errorMessage(error)}`);
        throw error;
      }
    },
    async removeContainer({ attempt, id, name }, signal) {
      await logs.drained(id, LOG_DRAIN_MS, signal);
      await runtime.removeContainer(id, signal);
      await logs.removeInstance({ pod: identity, container: name, attempt }, id);
      messages.forgetContainer(id);
      context.announcedKills.delete(id);
    },
    async createSandbox({ attempt, replaces }, signal) {
      if (replaces) {
        events.event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
      }
      try {
        await Promise.all(podVolumes(pod).map(({ engine }) => volumes.ensure(engine, signal)));
        await runtime.runSandbox(buildSandboxSpec(pod, attempt), signal);
      } catch (error) {
        if (!signal.aborted && !hasCode(error, 'Unavailable')) {
          const text = `Failed to create pod sandbox: ${errorMessage(error)}`;
          events.event(pod, 'Warning', 'FailedCreatePodSandBox', text);
        }
        throw error;
      }
    },
    stopSandbox: ({ id }, signal) => runtime.stopSandbox(id, signal),
    removeSandbox: ({ id }, signal) => runtime.removeSandbox(id, signal),
    startContainer: (action, signal) => starter.start(action, signal),
    async forgetPod(_action, signal) {
      const owned = (await volumes.list(signal)).filter(({ podUid }) => podUid === identity.uid);
      await Promise.all(owned.map(({ name }) => volumes.remove(name, signal)));
      await logs.removePod(identity);
      await messages.forgetPod(identity.uid);
      ports.images.forget(identity.uid);
      const stored = store.get<Pod>('Pod', objectKey(pod));
      if (stored?.metadata.uid === identity.uid) store.remove('Pod', objectKey(pod), { uid: identity.uid });
    },
  };
}

/** How events name a container of a pod. */
export const fieldPath = (kind: ContainerKind, name: string): string => `spec.${LISTS[kind]}{${name}}`;

const LISTS: Readonly<Record<ContainerKind, string>> = {
  init: 'initContainers',
  sidecar: 'initContainers',
  app: 'containers',
  ephemeral: 'ephemeralContainers',
};

type StartAction = Extract<PodAction, { kind: 'startContainer' }>;

/** Image, create, start, with the kubelet's events and reasons at each step. A failure is a fact for the next round. */
class ContainerStarter {
  readonly #ports: SyncPorts;
  readonly #context: SyncContext;

  constructor(ports: SyncPorts, context: SyncContext) {
    this.#ports = ports;
    this.#context = context;
  }

  async start(action: StartAction, signal: AbortSignal): Promise<void> {
    const { clock, engine, events, images, messages, runtime } = this.#ports;
    const { observed, pod, problems, wake } = this.#context;
    const container = specified(pod, action.name);
    const sandbox = currentSandbox(observed);
    if (container === undefined || sandbox === undefined) return;
    const path = fieldPath(action.containerKind, action.name);
    const specHash = containerHash(container);
    const fail = (reason: string, message: string, retryAt: number): void => {
      problems.set(action.name, { reason, message, retryAt, specHash });
      events.event(pod, 'Warning', 'Failed', `Error: ${message}`, path);
    };

    const onChange = (): void => {
      // It may be tried again now; until that has an outcome the status keeps saying why it did not run.
      const problem = problems.get(action.name);
      if (problem !== undefined) problems.set(action.name, { ...problem, retryAt: 0 });
      wake();
    };
    const attempt = await this.#attempt(action);
    const image = await images.ensure({ pod, container, attempt, fieldPath: path, onChange }, signal);
    if (image.state === 'failed') {
      problems.set(action.name, { ...image, retryAt: image.retryAt + engine.clockSkewMs, specHash });
      return;
    }
    if (image.state === 'pulling') {
      const before = problems.get(action.name);
      const { reason = '', message = '' } = before?.specHash === specHash ? before : {};
      problems.set(action.name, { reason, message, retryAt: Infinity, specHash });
      return;
    }

    let spec;
    try {
      const ownFile = engine.sharesFilesystem && (container.terminationMessagePath ?? '') !== '';
      spec = buildContainerSpec({
        pod,
        container,
        kind: action.containerKind,
        attempt,
        backoffMs: action.backoffMs,
        sandbox,
        instances: observed.containers,
        image: image.image,
        allocatable: this.#ports.allocatable,
        ...(ownFile ? { terminationFile: await messages.prepare(pod, container, attempt) } : {}),
      });
    } catch (error) {
      if (!hasCode(error, 'Invalid')) throw error;
      fail('CreateContainerConfigError', errorMessage(error), clock.now() + engine.clockSkewMs + SYNC_RETRY_MS);
      return;
    }
    let id: string;
    try {
      id = await runtime.createContainer(spec, signal);
    } catch (error) {
      if (signal.aborted || hasCode(error, 'Unavailable')) throw error;
      fail('CreateContainerError', errorMessage(error), clock.now() + engine.clockSkewMs + SYNC_RETRY_MS);
      return;
    }
    events.event(pod, 'Normal', 'Created', `Created container: ${action.name}`, path);
    try {
      await runtime.startContainer(id, signal);
    } catch (error) {
      if (signal.aborted || hasCode(error, 'Unavailable')) throw error;
      // The dead record carries the back-off; nothing more to wait for here.
      fail('RunContainerError', `failed to start container "${action.name}": ${errorMessage(error)}`, 0);
      return;
    }
    problems.delete(action.name);
    events.event(pod, 'Normal', 'Started', `Started container ${action.name}`, path);
  }

  /** With no record and no status left, the log files still tell which attempts there were. Source: kubelet startContainer. */
  async #attempt({ attempt, name }: StartAction): Promise<number> {
    if (attempt !== 0 || this.#context.observed.containers.some((record) => record.name === name)) return attempt;
    const logged = await this.#ports.logs.highestAttempt(podIdentity(this.#context.pod), name);
    return logged === undefined ? 0 : logged + 1;
  }
}

const specified = ({ spec }: Pod, name: string): Container | EphemeralContainer | undefined =>
  [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])].find(
    (container) => container.name === name,
  );
