import type { Pod } from '../api/schema/pod.js';
import { abortable, isAbort, LinkedAbort } from '../lib/abort.js';
import { errorMessage, hasCode } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { Wake } from '../lib/wake.js';
import { RESYNC_PERIOD_MS, SYNC_RETRY_MS } from '../options.js';
import type { ObservedPod } from '../runtime/observed.js';
import { fieldPath } from './core/spec/container-path.js';
import { followsDeath } from './core/plan/follows-death.js';
import { firstStarts } from './core/plan/first-starts.js';
import { computePodActions } from './core/plan/pod-actions.js';
import type { PodPlan } from './core/plan/pod-action.js';
import { podDescription } from './core/plan/messages.js';
import { isRejected } from './core/node/placement.js';
import { podIdentity } from './core/view/pod-identity.js';
import { probeTargets } from './core/probes/probe-targets.js';
import { computePodStatus } from './core/status/pod-status.js';
import { currentSandbox } from './core/view/sandbox-view.js';
import type { StartProblem, SyncInput } from './core/plan/sync-input.js';
import { isTerminalPhase, planOrphan } from './core/plan/termination.js';
import { execute } from './execute.js';
import { PreStopHooks } from './hooks/pre-stop-hooks.js';
import { publishStatus } from './status-manager.js';
import { StopClock } from './stop-clock.js';
import { podExecutors } from './sync-pod.js';
import type { SyncContext, SyncPorts } from './sync-ports.js';

export interface PodWorkerOptions {
  readonly uid: string;
  readonly ports: SyncPorts;
  /** The pod as stored now, by uid; undefined once it is gone. */
  readonly find: () => Pod | undefined;
  readonly hostIP: string;
  readonly logger: Logger;
  /** 0 to 1, spreads retries. */
  readonly random: () => number;
}

/** Wait after a plan that is the same as the one just carried out. */
const SAME_PLAN_WAIT_MS = 1_000;

/** Why a round was given up: a deletion came, and the next round sees it. */
const PREEMPTED = new Error('pre-empted by a deletion');

/**
 * The loop that owns one pod UID: read what is wanted and what is there, decide, publish, do, wait. It remembers nothing
 * that matters; killed at any line, its successor goes on from what it finds.
 */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #wake = new Wake();
  readonly #problems = new Map<string, StartProblem>();
  readonly #prepared = new Set<string>();
  readonly #announcedKills = new Set<string>();
  readonly #hooks: PreStopHooks;
  readonly #stopClock: StopClock;
  /** Ends with `run`. */
  readonly #life = new AbortController();
  /** As last seen: it is removed with its hooks also when its object went first. */
  #pod: Pod | undefined;
  #round: LinkedAbort | undefined;
  #failing = false;
  #failureAnnounced = false;
  #lastPlanned = '';

  constructor(options: PodWorkerOptions) {
    this.#options = options;
    this.#hooks = new PreStopHooks(options.ports, this.#life.signal);
    this.#stopClock = new StopClock(options.ports.clock);
  }

  /** Look again soon. */
  wake(): void {
    this.#wake.set();
  }

  /** A ConfigMap or Secret the pod refers to came, changed or went: whatever failed for its sake is tried again at once. */
  configChanged(): void {
    for (const [name, problem] of this.#problems) {
      if (problem.reason === 'CreateContainerConfigError') this.#problems.set(name, { ...problem, retryAt: 0 });
    }
    this.#wake.set();
  }

  /** Look again now: a deletion, or one with a shorter grace, ends the round in progress. Ordinary updates never do. */
  preempt(): void {
    this.#round?.abort(PREEMPTED);
    this.#wake.set();
  }

  /** Ends when the pod is gone from store and engine, or on abort. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#loop(signal);
    } finally {
      this.#life.abort(new Error('the worker ended'));
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const round = new LinkedAbort(signal);
      this.#round = round;
      let waitMs: number;
      try {
        const outcome = await this.#sync(round.signal);
        if (outcome === 'gone') return;
        waitMs = outcome;
        this.#failing = false;
      } catch (error) {
        if (isAbort(error, signal)) return;
        if (round.signal.aborted) continue;
        waitMs = this.#jitter(SYNC_RETRY_MS);
        this.#report(error);
      } finally {
        round.release();
        this.#round = undefined;
      }
      try {
        await this.#wake.wait(waitMs, this.#options.ports.clock, signal);
      } catch (error) {
        if (isAbort(error, signal)) return;
        throw error;
      }
    }
  }

  /** One round. @returns how long to wait for the next one, in ms */
  async #sync(signal: AbortSignal): Promise<number | 'gone'> {
    const { find, ports, uid } = this.#options;
    const observed = await ports.runtime.inspectPod(uid, signal);
    const pod = find();
    this.#pod = pod ?? this.#pod;
    const preStops = await this.#preStops();
    if (pod === undefined) return this.#syncOrphan(observed, preStops, signal);
    this.#followLogs(pod, observed);

    const { clockSkewMs } = ports.engine;
    const engineNow = ports.clock.now() + clockSkewMs;
    if (this.#isHeldBack(pod, observed)) return this.#jitter(SYNC_RETRY_MS);
    const room = this.#room(pod);
    const stoppingSince = this.#stopClock.since(pod, engineNow);
    const input: SyncInput = {
      pod,
      observed,
      problems: this.#problemsOnClock(engineNow),
      probes: ports.prober.snapshot(uid),
      preStops,
      now: engineNow,
      clockSkewMs,
      ...(stoppingSince === undefined ? {} : { stoppingSince }),
      ...room,
    };
    const plan = computePodActions(input);
    this.#stopClock.note(pod, plan);
    const published = await this.#publish(input, plan, signal);
    if (published === undefined) return 0;
    if (plan.restartingAll !== undefined) await this.#makeDurable(signal);
    ports.prober.track(observed, probeTargets(input, plan, this.#options.hostIP));
    this.#announceBackoffs(published, plan);
    this.#announceFailure(published, plan);
    this.#options.logger.trace({ uid, phase: plan.phase, actions: plan.actions.map(({ kind }) => kind) }, 'synced pod');
    await this.#fillVolumes(published, observed, plan, signal);
    if (plan.actions.length === 0) {
      this.#lastPlanned = '';
      return this.#untilNextLook(plan, engineNow);
    }
    // What an engine that is being stopped has ended is for the one that is started next.
    if (followsDeath(plan)) await ports.runtime.takesWork(signal);
    const makesSandbox = plan.actions.some(({ kind }) => kind === 'createSandbox');
    const first = makesSandbox ? firstStarts({ ...input, pod: published }) : [];
    await this.#execute({ pod: published, observed, preStops, firstStarts: first }, plan, signal);
    return this.#afterActions(plan);
  }

  /** How long they wait depends on nobody's clock: it is noted on the monotonic one, and told on the one the core compares with. */
  #problemsOnClock(engineNow: number): ReadonlyMap<string, StartProblem> {
    const shiftMs = engineNow - this.#options.ports.clock.monotonic();
    return new Map(
      [...this.#problems].map(([name, problem]) => [name, { ...problem, retryAt: problem.retryAt + shiftMs }]),
    );
  }

  /** It has no part of the node (yet). What is on the engine already is looked after whatever happens. */
  #isHeldBack(pod: Pod, { containers, sandboxes }: ObservedPod): boolean {
    const { admission } = this.#options.ports;
    if (admission === undefined || pod.metadata.deletionTimestamp !== undefined) return false;
    if (containers.length > 0 || sandboxes.length > 0) return false;
    if (isTerminalPhase(pod.status?.phase)) return isRejected(pod);
    return !admission.place(pod);
  }

  #room(pod: Pod): Pick<SyncInput, 'node'> {
    const { admission, allocatable } = this.#options.ports;
    return admission === undefined ? {} : { node: { allocatable, others: admission.others(pod) } };
  }

  /** Before anything starts in a sandbox, and whenever what the volumes are made of has changed. */
  async #fillVolumes(pod: Pod, observed: ObservedPod, plan: PodPlan, signal: AbortSignal): Promise<void> {
    const sandbox = currentSandbox(observed);
    const isKept = plan.phase === 'syncing' && !plan.actions.some(({ kind }) => kind === 'createSandbox');
    if (sandbox !== undefined && isKept) await this.#options.ports.volumeManager.fill(pod, sandbox, signal);
  }

  /** Nobody wants it (any more): what is left on the engine goes. */
  async #syncOrphan(
    observed: ObservedPod,
    preStops: ReadonlyMap<string, number>,
    signal: AbortSignal,
  ): Promise<number | 'gone'> {
    const { logger, ports, uid } = this.#options;
    ports.prober.forget(uid);
    const pod = this.#pod ?? identityOnly(observed);
    const plan = planOrphan(observed, pod, preStops);
    if (observed.containers.length > 0 || observed.sandboxes.length > 0) {
      logger.info({ pod: `${observed.namespace}/${observed.name}`, uid }, 'removing orphaned pod');
    }
    await this.#execute({ pod, observed, preStops, firstStarts: [] }, plan, signal);
    return plan.phase === 'terminated' ? 'gone' : this.#afterActions(plan);
  }

  async #execute(
    seen: Pick<SyncContext, 'pod' | 'observed' | 'preStops' | 'firstStarts'>,
    plan: PodPlan,
    signal: AbortSignal,
  ): Promise<void> {
    const executors = podExecutors(this.#options.ports, {
      ...seen,
      hooks: this.#hooks,
      problems: this.#problems,
      prepared: this.#prepared,
      announcedKills: this.#announcedKills,
      wake: () => this.wake(),
    });
    await execute(plan.actions, executors, signal);
  }

  /** A pod without such hooks costs nothing. */
  async #preStops(): Promise<ReadonlyMap<string, number>> {
    const { ports, uid } = this.#options;
    const { containers = [], initContainers = [] } = this.#pod?.spec ?? {};
    const any = [...containers, ...initContainers].some(({ lifecycle }) => lifecycle?.preStop !== undefined);
    return any ? ports.preStopRecords.of(uid) : new Map();
  }

  async #publish(input: SyncInput, plan: PodPlan, signal: AbortSignal): Promise<Pod | undefined> {
    const { hostIP, ports } = this.#options;
    const messages = await ports.messages.collect(input.pod, input.observed.containers, signal);
    const status = computePodStatus(input, plan, { hostIP, messages, agentNow: ports.clock.now() });
    return publishStatus(ports.store, input.pod, status);
  }

  /**
   * The records of a pod that starts anew go one after the other: what it is about is known from the status alone, also to the
   * agent that comes after this one. A full disk holds up nothing.
   */
  async #makeDurable(signal: AbortSignal): Promise<void> {
    try {
      await abortable(this.#options.ports.store.flushed(), signal);
    } catch (error) {
      if (isAbort(error, signal)) throw error;
      this.#options.logger.debug({ err: error }, 'restart of all containers could not be stored');
    }
  }

  #followLogs(pod: Pod, observed: ObservedPod): void {
    const identity = podIdentity(pod);
    for (const container of observed.containers) {
      if (container.startedAt !== undefined) this.#options.ports.logs.follow(identity, container);
    }
  }

  #announceBackoffs(pod: Pod, { actions, waiting }: PodPlan): void {
    const starting = new Set(actions.map((action) => (action.kind === 'startContainer' ? action.name : undefined)));
    for (const [name, { reason }] of waiting) {
      if (reason !== 'CrashLoopBackOff' || starting.has(name)) continue;
      const kind = pod.spec.containers.some((container) => container.name === name) ? 'app' : 'init';
      const text = `Back-off restarting failed container ${name} in pod ${podDescription(podIdentity(pod))}`;
      this.#options.ports.events.event(pod, 'Warning', 'BackOff', text, fieldPath(kind, name));
    }
  }

  #announceFailure(pod: Pod, { failure }: PodPlan): void {
    if (failure === undefined || this.#failureAnnounced) return;
    this.#failureAnnounced = true;
    this.#options.ports.events.event(pod, 'Normal', failure.reason, failure.message);
  }

  /** At once, as a rule: what was done is looked at. The same plan again means that it had no effect: no spinning. */
  #afterActions(plan: PodPlan): number {
    const plannedNow = JSON.stringify(plan.actions);
    const repeated = plannedNow === this.#lastPlanned;
    this.#lastPlanned = plannedNow;
    return repeated ? SAME_PLAN_WAIT_MS : 0;
  }

  #untilNextLook(plan: PodPlan, engineNow: number): number {
    const resync = this.#jitter(RESYNC_PERIOD_MS);
    return plan.wakeAt === undefined ? resync : Math.max(1, Math.min(resync, plan.wakeAt - engineNow));
  }

  #jitter(ms: number): number {
    return ms * (1 + this.#options.random() / 2);
  }

  /** An engine that is down is reported once for the node, not by every pod at every try. */
  #report(error: unknown): void {
    const { logger, uid } = this.#options;
    const level = hasCode(error, 'Unavailable') || this.#failing ? 'debug' : 'warn';
    logger[level]({ uid, error: errorMessage(error) }, 'pod sync failed, will be retried');
    this.#failing = true;
  }
}

/** Enough of a pod to remove what is left of it. */
const identityOnly = ({ name, namespace, uid }: ObservedPod): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid },
  spec: { containers: [] },
});
