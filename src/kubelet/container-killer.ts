import type { Container, Pod } from '../api/schema/pod.js';
import { atMost } from '../lib/at-most.js';
import { errorMessage } from '../lib/errors.js';
import { fieldPath } from './core/spec/container-path.js';
import type { PodAction } from './core/plan/pod-action.js';
import { currentSandbox } from './core/view/sandbox-view.js';
import { stopSeconds } from './core/plan/stop-grace.js';
import type { SyncContext, SyncPorts } from './sync-ports.js';

type KillAction = Extract<PodAction, { kind: 'killContainer' }>;

/**
 * Ends containers: hook, waiting for those that go first, stop signal, SIGKILL; all of it within one grace period. One
 * killer for each round: it knows the kills that wait for each other.
 * Source: kubelet killContainer, pkg/kubelet/kuberuntime/kuberuntime_container.go.
 */
export class ContainerKiller {
  readonly #ports: SyncPorts;
  readonly #context: SyncContext;
  /** By container id, from the moment they are begun. */
  readonly #kills = new Map<string, Promise<void>>();

  constructor(ports: SyncPorts, context: SyncContext) {
    this.#ports = ports;
    this.#context = context;
  }

  /** Returns when it is dead. */
  async kill(action: KillAction, signal: AbortSignal): Promise<void> {
    const kill = this.#kill(action, signal);
    this.#kills.set(action.id, kill);
    await kill;
  }

  async #kill(action: KillAction, signal: AbortSignal): Promise<void> {
    const { after, graceSeconds, id } = action;
    const { clock, events, runtime } = this.#ports;
    const { hooks, pod } = this.#context;
    this.#announce(action);
    if (action.preStop) await this.#beginPreStop(action);
    // Not before: to note the hook is the disk's work, and may take a while.
    const begun = clock.monotonic();
    const usedMs = (): number => clock.monotonic() - begun;
    const withinGrace = async (work: Promise<unknown>): Promise<boolean> =>
      atMost(Math.max(0, graceSeconds * 1000 - usedMs()), work, clock, signal);
    const hook = hooks.running(id);
    if (hook !== undefined) await withinGrace(hook);
    // Whatever became of the others: the time is over or they are dead.
    const others = after.flatMap((other) => this.#kills.get(other) ?? []);
    if (others.length > 0) await withinGrace(Promise.allSettled(others));
    try {
      await runtime.stopContainer(id, stopSeconds(graceSeconds, usedMs()), signal);
    } catch (error) {
      if (!signal.aborted) events.event(pod, 'Warning', 'FailedKillPod', `error killing pod: ${errorMessage(error)}`);
      throw error;
    }
    hooks.leave(id);
  }

  /** One kill, one event, however often it is resumed. */
  #announce({ containerKind, id, message, name }: KillAction): void {
    const { announcedKills, pod, preStops } = this.#context;
    if (!announcedKills.has(id) && !preStops.has(id)) {
      this.#ports.events.event(pod, 'Normal', 'Killing', message, fieldPath(containerKind, name));
    }
    announcedKills.add(id);
  }

  async #beginPreStop({ containerKind: kind, id, name }: KillAction): Promise<void> {
    const { clock, engine, preStopRecords } = this.#ports;
    const { hooks, observed, pod } = this.#context;
    const container = specified(pod, name);
    const handler = container?.lifecycle?.preStop;
    if (container === undefined || handler === undefined) return;
    await preStopRecords.begin(observed.uid, id, clock.now() + engine.clockSkewMs);
    const sandboxId = currentSandbox(observed)?.id ?? '';
    hooks.begin({ pod, container, containerId: id, sandboxId, kind }, handler);
  }
}

const specified = ({ spec }: Pod, name: string): Container | undefined =>
  [...spec.containers, ...(spec.initContainers ?? [])].find((container) => container.name === name);
