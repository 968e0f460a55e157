import type { Container } from '../../../src/api/schema/pod.js';
import type { PodAction, PodPlan } from '../../../src/kubelet/core/pod-action.js';
import type { ProbeKind, ProbeResult, ProbeSnapshot } from '../../../src/kubelet/core/probe-state.js';
import { currentSandbox } from '../../../src/kubelet/core/sandbox-view.js';
import { stopSeconds } from '../../../src/kubelet/core/stop-grace.js';
import type { StartProblem, SyncInput } from '../../../src/kubelet/core/sync-input.js';
import { SYNC_RETRY_MS } from '../../../src/options.js';
import type { ObservedPod } from '../../../src/runtime/observed.js';
import { EngineError, type SimContainer, type SimSandbox } from './engine.js';
import { specOf } from './spec.js';
import { TOO_LATE_MS } from './workload.js';
import type { World } from './world.js';

/** The agent's process is gone. */
export class Crashed extends Error {}
/** The engine did not answer: nobody knows what became of the call. */
class Unanswered extends Error {}
/** A deletion came: the round is given up. */
class Preempted extends Error {}

type Action<K extends PodAction['kind']> = Extract<PodAction, { kind: K }>;
type Results = Partial<Record<ProbeKind, ProbeResult>>;

/** A new agent has found out within this what its probes say. */
export const ADOPTION_MS = 1_000;
/** Longer than the real one: what changes wakes it, and rounds in which nothing happens find nothing. */
const RESYNC_MS = 300_000;
const SAME_PLAN_WAIT_MS = 1_000;
const POST_START_MS = 1_000;
const CALL_MS = 2;

/**
 * One life of the worker of the pod: the loop of src/kubelet/pod-worker.ts and its executors, without promises. What it
 * remembers goes with it.
 */
export class Agent {
  wakeAt: number;
  preempted = false;
  readonly #world: World;
  readonly #bornAt: number;
  readonly #problems = new Map<string, StartProblem>();
  /** When the preStop hooks that this agent runs will have ended, by container id. */
  readonly #hooks = new Map<string, number>();
  /** By container id; of one start of it. */
  readonly #probes = new Map<string, { readonly startedTrue: number; readonly results: Results }>();
  #lastPlanned = '';

  constructor(world: World, bornAt: number) {
    this.#world = world;
    this.#bornAt = bornAt;
    this.wakeAt = bornAt;
  }

  round(): void {
    const world = this.#world;
    this.preempted = false;
    this.wakeAt = Infinity;
    try {
      if (world.hangsUntil > world.now) throw new Unanswered();
      const input = this.#input();
      const plan = world.core.decide(input);
      const status = world.core.status(input, plan, {
        hostIP: '192.0.2.1',
        messages: new Map(),
        agentNow: world.agentWall,
      });
      world.rules.decided(input, plan, status);
      world.pod = { ...world.pod, status };
      world.note(plan.actions);
      this.#execute(plan, input.observed);
      this.#wakeIn(this.#untilNextLook(plan, input.now));
    } catch (error) {
      if (error instanceof Preempted) this.#wakeIn(0);
      else if (error instanceof Unanswered || error instanceof EngineError) this.#wakeIn(SYNC_RETRY_MS);
      else throw error;
    }
  }

  #input(): SyncInput {
    const { agentWall, engine, pod, preStops, wall } = this.#world;
    return {
      pod,
      observed: engine.observe(),
      problems: this.#problems,
      probes: this.#snapshot(),
      preStops: new Map(preStops),
      now: wall,
      clockSkewMs: wall - agentWall,
    };
  }

  #wakeIn(ms: number): void {
    this.wakeAt = Math.min(this.wakeAt, this.#world.now + ms);
  }

  #untilNextLook({ actions, wakeAt = Infinity }: PodPlan, engineNow: number): number {
    if (actions.length === 0) {
      this.#lastPlanned = '';
      return Math.max(1, Math.min(RESYNC_MS, wakeAt - engineNow));
    }
    const planned = JSON.stringify(actions);
    const repeated = planned === this.#lastPlanned;
    this.#lastPlanned = planned;
    return repeated ? SAME_PLAN_WAIT_MS : 0;
  }

  /** Stages as in src/kubelet/execute.ts; of what happens side by side only kills take time. */
  #execute({ actions }: PodPlan, observed: ObservedPod): void {
    const kills = actions.filter((action) => action.kind === 'killContainer');
    for (const action of actions) {
      if (action.kind !== 'killContainer') this.#do(action, observed);
      else if (action === kills[0]) this.#kill(kills);
    }
  }

  #do(action: Exclude<PodAction, { kind: 'killContainer' }>, observed: ObservedPod): void {
    const { engine, pod, rules } = this.#world;
    switch (action.kind) {
      case 'createSandbox': {
        rules.creates('a sandbox');
        const create = (): SimSandbox => engine.createSandbox(action.attempt, pod.spec.hostNetwork === true);
        const sandbox = this.#call(create);
        this.#call(() => {
          if (!engine.sandboxes.includes(sandbox)) throw new EngineError('it is gone');
          engine.startSandbox(sandbox);
          this.#world.count('start sandbox');
        });
        return;
      }
      case 'stopSandbox': {
        const sandbox = engine.sandboxes.find(({ id }) => id === action.id);
        if (sandbox !== undefined) this.#call(() => engine.stopSandbox(sandbox));
        return;
      }
      case 'removeSandbox':
        this.#call(() => engine.removeSandbox(action.id));
        return;
      case 'startContainer':
        this.#start(action, observed);
        return;
      case 'removeContainer':
        this.#remove(action.id);
        return;
      case 'resizeContainer':
        return;
      case 'forgetPod':
        rules.forgets();
        this.#world.forgotten = true;
    }
  }

  #remove(id: string): void {
    const { engine, preStops, rules } = this.#world;
    const container = engine.find(id);
    if (container !== undefined) {
      rules.removes(container);
      this.#call(() => engine.remove(container));
    }
    preStops.delete(id);
  }

  #start(action: Action<'startContainer'>, observed: ObservedPod): void {
    const world = this.#world;
    const { engine, pod, rules } = world;
    const sandbox = currentSandbox(observed);
    const spec = specOf(pod, action.name);
    if (sandbox === undefined || spec === undefined) return;
    const fail = (reason: string, retryInMs: number, container?: SimContainer): void => {
      const retryAt = retryInMs === 0 ? 0 : world.wall + retryInMs;
      this.#problems.set(action.name, { reason, message: 'no', retryAt });
      if (container === undefined) world.count('creation fails');
    };
    const attempt = action.attempt === 0 ? world.attemptFromLogs(action.name) : action.attempt;
    let container: SimContainer | undefined;
    try {
      const { instance: sandboxInstance } = sandbox;
      const { backoffMs, containerKind: kind } = action;
      const life = world.life(action.name, attempt);
      rules.creates(action.name);
      rules.replaces(action.name, attempt);
      const creation = { spec, kind, attempt, backoffMs, sandboxInstance, life };
      container = this.#call(
        () => engine.create(creation),
        () => {
          if (!engine.isTaken(spec.name, attempt)) engine.create(creation);
        },
      );
      const created = container;
      const start = (): void => {
        if (engine.find(created.id) === undefined) throw new EngineError('it is gone');
        if (created.state !== 'running') rules.starts(created, action);
        engine.start(created);
        world.started(created);
      };
      this.#call(start, () => {
        if (created.state === 'created') start();
      });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      fail(
        container === undefined ? 'CreateContainerError' : 'RunContainerError',
        container === undefined ? SYNC_RETRY_MS : 0,
        container,
      );
      return;
    }
    if (spec.lifecycle?.postStart !== undefined && !this.#postStart(spec, container, action)) {
      fail('PostStartHookError', 0, container);
    } else this.#problems.delete(action.name);
  }

  /** One whose hook fails is killed within the start. */
  #postStart(spec: Container, container: SimContainer, action: Action<'startContainer'>): boolean {
    this.#pass(this.#world.now + POST_START_MS);
    if (!container.life.postStartFails || container.state !== 'running') return true;
    this.#world.count('postStart fails');
    const { terminationGracePeriodSeconds: graceSeconds = 30 } = this.#world.pod.spec;
    const preStop = spec.lifecycle?.preStop !== undefined && graceSeconds > 0;
    const { id, name } = container;
    const { containerKind } = action;
    this.#kill([{ kind: 'killContainer', id, name, containerKind, graceSeconds, message: '', preStop, after: [] }]);
    return false;
  }

  /** As src/kubelet/container-killer.ts: hook, waiting for those that go first, stop signal; all within one grace. */
  #kill(kills: readonly Action<'killContainer'>[]): void {
    const world = this.#world;
    const begun = world.now;
    const signalled = new Set<string>();
    for (const { id, preStop } of kills) {
      const container = world.engine.find(id);
      if (preStop && container !== undefined) this.#beginPreStop(container);
    }
    // One that somebody started again has been dead all the same.
    const starts = new Map(kills.map(({ id }) => [id, world.engine.find(id)?.startedTrue]));
    const gone = new Set<string>();
    const isDead = (id: string): boolean => {
      const container = world.engine.find(id);
      if (container?.state !== 'running' || container.startedTrue !== starts.get(id)) gone.add(id);
      return gone.has(id);
    };
    const mayGo = ({ after, graceSeconds, id }: Action<'killContainer'>): boolean => {
      if (world.now >= begun + graceSeconds * 1_000) return true;
      if ((this.#hooks.get(id) ?? 0) > world.now) return false;
      return after.every((other) => isDead(other) || !kills.some((kill) => kill.id === other));
    };
    while (!kills.every(({ id }) => isDead(id))) {
      for (const kill of kills) {
        if (signalled.has(kill.id) || isDead(kill.id) || !mayGo(kill)) continue;
        signalled.add(kill.id);
        const seconds = stopSeconds(kill.graceSeconds, world.now - begun);
        const container = world.engine.find(kill.id);
        if (container === undefined) continue;
        world.rules.stop.stops(container, kill, seconds);
        this.#call(() => world.engine.stop(container, seconds));
      }
      const due = kills
        .filter(({ id }) => !signalled.has(id))
        .flatMap(({ graceSeconds, id }) => [begun + graceSeconds * 1_000, this.#hooks.get(id) ?? Infinity])
        .filter((at) => at > world.now);
      const alive = kills.filter(({ id }) => !isDead(id)).length;
      this.#pass(Math.min(...due, world.now + 3_600_000), () => kills.filter(({ id }) => !isDead(id)).length < alive);
    }
    for (const { id } of kills) this.#hooks.delete(id);
  }

  #beginPreStop(container: SimContainer): void {
    const { now, preStops, rules, wall } = this.#world;
    rules.stop.beginsPreStop(container);
    preStops.set(container.id, wall);
    this.#hooks.set(container.id, now + container.life.preStopMs);
  }

  /**
   * One call to the engine: whatever the schedule has for it happens to it.
   *
   * @param late what an engine does that comes to it when the caller has long gone on
   */
  #call<T>(effect: () => T, late: () => unknown = effect): T {
    const world = this.#world;
    this.#pass(world.now + CALL_MS);
    if (world.hangsUntil > world.now) throw new Unanswered();
    const fault = world.takeFault();
    if (fault !== undefined) world.count(fault.what);
    switch (fault?.what) {
      case undefined:
        return effect();
      case 'crash before':
        throw new Crashed();
      case 'crash after':
        attempt(effect);
        throw new Crashed();
      case 'reply lost':
        attempt(effect);
        throw new Unanswered();
      case 'done late':
        world.later(fault.which * 20_000, () => attempt(late));
        throw new Unanswered();
      default:
        throw new EngineError('the engine will not do it');
    }
  }

  /** Time passes in the middle of a round. */
  #pass(until: number, done?: () => boolean): void {
    const world = this.#world;
    world.pass(until, () => this.preempted || world.agent !== this || done?.() === true);
    if (world.agent !== this) throw new Crashed();
    if (this.preempted) throw new Preempted();
  }

  #snapshot(): ProbeSnapshot {
    for (const container of this.#world.engine.containers) {
      if (container.state === 'running' && !container.paused) this.#probe(container);
    }
    return new Map([...this.#probes].map(([id, { results }]) => [id, { ...results }]));
  }

  #probe(container: SimContainer): void {
    const { now, pod } = this.#world;
    const spec = specOf(pod, container.name);
    const { id, life, startedTrue } = container;
    let known = this.#probes.get(id);
    if (known?.startedTrue !== startedTrue) {
      known = { startedTrue, results: {} };
      this.#probes.set(id, known);
    }
    const { results } = known;
    const runs = (ms: number): boolean => now >= Math.max(startedTrue + ms, this.#bornAt + ADOPTION_MS);
    if (spec?.startupProbe !== undefined && results.startup === undefined && runs(life.startedMs)) {
      results.startup = life.startedMs >= TOO_LATE_MS ? 'failure' : 'success';
    }
    if (spec?.startupProbe !== undefined && results.startup !== 'success') return;
    if (spec?.readinessProbe !== undefined && runs(life.readyMs)) results.readiness = 'success';
    if (spec?.livenessProbe !== undefined && results.liveness !== 'failure' && runs(ADOPTION_MS)) {
      results.liveness = runs(life.sickMs) ? 'failure' : 'success';
    }
  }
}

function attempt(effect: () => unknown): void {
  try {
    effect();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}
