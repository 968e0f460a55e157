import { isDeepStrictEqual } from 'node:util';
import type { PodAction, PodPlan } from '../../../src/kubelet/core/plan/pod-action.js';
import type { SyncInput } from '../../../src/kubelet/core/plan/sync-input.js';
import { StopClock } from '../../../src/kubelet/stop-clock.js';
import { SYNC_RETRY_MS } from '../../../src/options.js';
import { Calls, Preempted, Unanswered } from './calls.js';
import { EngineError, Outdated, type SimSandbox } from './engine.js';
import { Killer } from './killer.js';
import { Prober } from './prober.js';
import { Starter } from './starter.js';
import type { World } from './world.js';

type Action<K extends PodAction['kind']> = Extract<PodAction, { kind: K }>;

/** Longer than the real one: what changes wakes it, and rounds in which nothing happens find nothing. */
const RESYNC_MS = 300_000;
const SAME_PLAN_WAIT_MS = 1_000;
const HOST_IP = '192.0.2.1';
const NO_MESSAGES: ReadonlyMap<string, string> = new Map();

/**
 * One life of the worker of the pod: the loop of src/kubelet/pod-worker.ts and its executors, without promises. What it
 * remembers goes with it.
 */
export class Agent {
  wakeAt: number;
  preempted = false;
  readonly #world: World;
  readonly #calls: Calls;
  readonly #killer: Killer;
  readonly #starter: Starter;
  readonly #prober: Prober;
  readonly #stopClock: StopClock;
  #lastPlanned: readonly PodAction[] = [];

  constructor(world: World, bornAt: number) {
    this.#world = world;
    this.#calls = new Calls(world, this);
    this.#killer = new Killer(world, this.#calls);
    this.#starter = new Starter(world, this.#calls, this.#killer);
    this.#prober = new Prober(world, bornAt);
    this.#stopClock = new StopClock({ monotonic: () => world.now });
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
      this.#stopClock.note(input.pod, plan);
      const status = world.core.status(input, plan, {
        hostIP: HOST_IP,
        messages: NO_MESSAGES,
        agentNow: world.agentWall,
      });
      world.rules.decided(input, plan, status);
      world.pod = { ...world.pod, status };
      const targets = world.core.probeTargets(input, plan, HOST_IP);
      world.rules.probes.wanted(input, plan, targets);
      this.#prober.track(targets);
      world.note(plan.actions);
      this.#execute(plan, input);
      this.#wakeIn(this.#untilNextLook(plan, input.now));
    } catch (error) {
      if (error instanceof Preempted) this.#wakeIn(0);
      else if (error instanceof Unanswered || error instanceof EngineError || error instanceof Outdated)
        this.#wakeIn(SYNC_RETRY_MS);
      else throw error;
    }
  }

  #input(): SyncInput {
    const { agentWall, believedWall, engine, pod, preStops, room } = this.#world;
    const stoppingSince = this.#stopClock.since(pod, believedWall);
    return {
      pod,
      ...(stoppingSince === undefined ? {} : { stoppingSince }),
      observed: engine.observe(),
      problems: this.#starter.problems(),
      probes: this.#prober.snapshot(),
      preStops: new Map(preStops),
      now: believedWall,
      clockSkewMs: believedWall - agentWall,
      node: room,
    };
  }

  #wakeIn(ms: number): void {
    this.wakeAt = Math.min(this.wakeAt, this.#world.now + ms);
  }

  #untilNextLook({ actions, wakeAt = Infinity }: PodPlan, engineNow: number): number {
    const before = this.#lastPlanned;
    this.#lastPlanned = actions;
    if (actions.length === 0) return Math.max(1, Math.min(RESYNC_MS, wakeAt - engineNow));
    return isDeepStrictEqual(actions, before) ? SAME_PLAN_WAIT_MS : 0;
  }

  /** Stages as in src/kubelet/execute.ts; of what happens side by side only kills take time. */
  #execute({ actions }: PodPlan, input: SyncInput): void {
    if (actions.length === 0) return;
    const kills = actions.filter((action) => action.kind === 'killContainer');
    for (const action of actions) {
      if (action.kind !== 'killContainer') this.#do(action, input);
      else if (action === kills[0]) this.#killer.kill(kills);
    }
  }

  #do(action: Exclude<PodAction, Action<'killContainer'>>, input: SyncInput): void {
    const { engine, rules } = this.#world;
    switch (action.kind) {
      case 'createSandbox':
        this.#createSandbox(action, input);
        return;
      case 'stopSandbox': {
        const sandbox = engine.sandboxes.find(({ id }) => id === action.id);
        if (sandbox !== undefined) this.#calls.call(() => engine.stopSandbox(sandbox));
        return;
      }
      case 'removeSandbox':
        this.#calls.call(() => engine.removeSandbox(action.id));
        return;
      case 'startContainer':
        this.#starter.start(action, input.observed);
        return;
      case 'removeContainer':
        this.#remove(action.id);
        return;
      case 'resizeContainer': {
        const container = engine.find(action.id);
        if (container === undefined) return;
        rules.resize.resizes(container, action);
        this.#calls.call(() => engine.update(action.id, action.resources));
        return;
      }
      case 'forgetPod':
        rules.forgets();
        this.#world.forgotten = true;
    }
  }

  /** Containers that the next round will start are made while it starts. */
  #createSandbox({ attempt }: Action<'createSandbox'>, input: SyncInput): void {
    const world = this.#world;
    const { engine, pod } = world;
    world.rules.creates('a sandbox');
    const sandbox = this.#calls.call((): SimSandbox => engine.createSandbox(attempt, pod.spec.hostNetwork === true));
    if (!sandbox.ready)
      for (const start of world.core.firstStarts({ ...input, pod })) this.#starter.prepare(start, sandbox);
    this.#calls.call(() => {
      if (!engine.sandboxes.includes(sandbox)) throw new EngineError('it is gone');
      engine.startSandbox(sandbox);
      world.count('start sandbox');
    });
  }

  #remove(id: string): void {
    const { engine, preStops, rules } = this.#world;
    const container = engine.find(id);
    if (container !== undefined) {
      rules.removes(container);
      this.#calls.call(() => engine.remove(container));
    }
    preStops.delete(id);
  }
}
