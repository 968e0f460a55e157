import type { Pod } from '../../../src/api/schema/pod.js';
import type { PodAction } from '../../../src/kubelet/core/plan/pod-action.js';
import { nextDeletion } from '../../../src/kubelet/pod-deletion.js';
import { T0 } from '../builders.js';
import { Agent } from './agent.js';
import { Crashed } from './calls.js';
import { CORE, WatchedCore, type Core } from './core.js';
import { disturb } from './disturb.js';
import { SimEngine, type SimContainer } from './engine.js';
import { Rules } from './rules.js';
import { roomWith } from './node.js';
import { ADOPTION_MS } from './prober.js';
import { CALL_FAULTS, type Step } from './schedule.js';
import type { Life, Workload } from './workload.js';

type Note = string | readonly PodAction[];

/** How the clocks of a world differ, ms. */
export interface Clocks {
  /** The agent's clock minus the engine's. */
  readonly agentSkewMs?: number;
  /** What the agent is wrong by when it reckons with that: it was measured while the engine was busy. */
  readonly misjudgedMs?: number;
}

/**
 * A pod, an engine and lives of an agent, with virtual time. Nothing in it waits, and nothing is random: workload and
 * schedule say it all.
 */
export class World {
  pod: Pod;
  /** Milliseconds since the world began; no clock step touches it. */
  now = 0;
  agent: Agent;
  hangsUntil = 0;
  /** Until then nobody tells the agent that something happened. */
  deafUntil = 0;
  forgotten = false;
  steppedAt = -Infinity;
  rounds = 0;
  /** On disk: agents come and go. On the engine's clock, by container id. */
  readonly preStops = new Map<string, number>();
  readonly core: WatchedCore;
  room = roomWith(false);
  readonly engine: SimEngine;
  readonly rules: Rules;
  /** How often rare things were reached: a simulation that never gets into trouble proves nothing. */
  readonly seen = new Map<string, number>();
  readonly #workload: Workload;
  readonly #agentSkewMs: number;
  readonly #misjudgedMs: number;
  /** In order of time. */
  readonly #queue: { readonly at: number; readonly act: () => void }[] = [];
  readonly #armed: { readonly step: Step; left: number }[] = [];
  readonly #story: { readonly at: number; readonly what: Note }[] = [];
  readonly #logged = new Map<string, number>();
  #stepMs = 0;

  constructor(
    workload: Workload,
    schedule: readonly Step[],
    { agentSkewMs = 0, misjudgedMs = 0 }: Clocks = {},
    core: Core = CORE,
  ) {
    this.core = new WatchedCore(core);
    this.#workload = workload;
    this.#agentSkewMs = agentSkewMs;
    this.#misjudgedMs = misjudgedMs;
    this.pod = workload.pod;
    this.engine = new SimEngine(workload.pod.metadata.uid ?? '', this);
    this.rules = new Rules(this);
    this.agent = new Agent(this, 0);
    let at = 0;
    for (const step of schedule) {
      at += step.afterMs;
      this.later(at, () => this.#happen(step));
    }
  }

  /** The machine's clock, and the engine's. */
  get wall(): number {
    return T0 + this.now + this.#stepMs;
  }

  get agentWall(): number {
    return this.wall + this.#agentSkewMs;
  }

  /** The engine's clock as the agent believes it to be. */
  get believedWall(): number {
    return this.wall + this.#misjudgedMs;
  }

  stepClock(ms: number): void {
    this.#stepMs += ms;
    this.steppedAt = this.now;
  }

  life(name: string, attempt: number): Life {
    return this.#workload.life(name, attempt);
  }

  /** Until then the agent looks whenever it has to, and what is scheduled happens. */
  run(until: number): void {
    while (this.now < until && !this.forgotten) {
      const { agent } = this;
      if (agent.wakeAt > this.now) {
        this.pass(Math.min(until, agent.wakeAt), () => this.agent.wakeAt <= this.now);
        continue;
      }
      this.rounds += 1;
      try {
        agent.round();
      } catch (error) {
        if (!(error instanceof Crashed)) throw error;
        if (this.agent === agent) this.restartAgent(0);
      }
    }
  }

  /** Time passes, and what is due by then happens; at most until it is `done`. */
  pass(until: number, done: () => boolean): void {
    for (;;) {
      const dying = this.#nextToEnd();
      const queued = this.#queue[0];
      const at = Math.min(dying?.endsAt ?? Infinity, queued?.at ?? Infinity);
      if (at > until) break;
      this.now = Math.max(this.now, at);
      if (dying !== undefined && dying.endsAt === at) this.end(dying, dying.endsWith, dying.life.oomKilled);
      else if (queued !== undefined) {
        this.#queue.shift();
        queued.act();
      }
      if (done()) return;
    }
    this.now = Math.max(this.now, until);
  }

  #nextToEnd(): SimContainer | undefined {
    let next: SimContainer | undefined;
    for (const container of this.engine.containers) {
      if (container.state !== 'running' || container.paused || container.endsAt === Infinity) continue;
      if (next === undefined || container.endsAt < next.endsAt) next = container;
    }
    return next;
  }

  later(ms: number, act: () => void): void {
    const at = this.now + ms;
    let index = this.#queue.length;
    while (index > 0 && (this.#queue[index - 1]?.at ?? 0) > at) index -= 1;
    this.#queue.splice(index, 0, { at, act });
  }

  #happen(step: Step): void {
    if ((CALL_FAULTS as readonly string[]).includes(step.what)) this.#armed.push({ step, left: step.skip });
    else disturb(this, step);
  }

  takeFault(): Step | undefined {
    const next = this.#armed[0];
    if (next === undefined) return undefined;
    next.left -= 1;
    if (next.left >= 0) return undefined;
    this.#armed.shift();
    this.note(next.step.what);
    return next.step;
  }

  disarm(): void {
    this.#armed.length = 0;
  }

  end(container: SimContainer, exitCode: number, oomKilled = false): void {
    if (container.state !== 'running') return;
    this.engine.end(container, exitCode, oomKilled);
    this.note(`${container.id} ends with ${exitCode}`);
    this.rules.ended(container, exitCode);
    this.changed();
  }

  /** It runs. */
  started(container: SimContainer): void {
    this.rules.order.begun(container);
    this.#logged.set(container.name, Math.max(container.attempt, this.#logged.get(container.name) ?? -1));
    this.changed();
  }

  /** Log files remember which instances there were. */
  attemptFromLogs(name: string): number {
    if (this.engine.containers.some((container) => container.name === name)) return 0;
    return (this.#logged.get(name) ?? -1) + 1;
  }

  /** Something happened, and the agent hears of it. */
  changed(): void {
    this.rules.stirred();
    if (this.now >= this.deafUntil) this.agent.wakeAt = Math.min(this.agent.wakeAt, this.now);
  }

  restartAgent(afterMs: number): void {
    this.count('agent restart');
    this.agent = new Agent(this, this.now + afterMs);
    this.later(afterMs + ADOPTION_MS, () => this.changed());
  }

  delete(graceSeconds: number): void {
    const { metadata } = this.pod;
    const deletion = nextDeletion(metadata, graceSeconds, this.agentWall);
    if (deletion === undefined) return;
    if (metadata.deletionTimestamp !== undefined) this.count('shorter grace');
    this.pod = { ...this.pod, metadata: { ...metadata, ...deletion } };
    this.rules.stop.deleted(graceSeconds);
    this.agent.preempted = true;
    this.agent.wakeAt = Math.min(this.agent.wakeAt, this.now);
  }

  note(what: Note): void {
    if (what.length > 0) this.#story.push({ at: this.now, what });
  }

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  /** The last things that happened, one a line. */
  story(): string[] {
    return this.#story.slice(-Number(process.env.STORY ?? 40)).map(({ at, what }) => {
      const text = typeof what === 'string' ? what : what.map(inShort).join(', ');
      return `${(at / 1000).toFixed(3)} s  ${text}`;
    });
  }
}

function inShort(action: PodAction): string {
  switch (action.kind) {
    case 'startContainer':
      return `start ${action.name}-${action.attempt}`;
    case 'killContainer':
      return `kill ${action.id} (${action.graceSeconds} s${action.preStop ? ', hook' : ''})`;
    case 'createSandbox':
      return `createSandbox ${action.attempt}`;
    case 'forgetPod':
      return action.kind;
    default:
      return `${action.kind} ${action.id}`;
  }
}
