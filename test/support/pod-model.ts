import { containerHash } from '../../src/api/hash.js';
import type { Container, Pod } from '../../src/api/schema/pod.js';
import { computePodActions } from '../../src/kubelet/core/pod-actions.js';
import type { PodAction, PodPlan } from '../../src/kubelet/core/pod-action.js';
import { computePodStatus } from '../../src/kubelet/core/pod-status.js';
import type { StartProblem } from '../../src/kubelet/core/sync-input.js';
import { isLive } from '../../src/kubelet/core/sandbox-view.js';
import type { ContainerKind, ObservedContainer, ObservedPod, ObservedSandbox } from '../../src/runtime/observed.js';
import { T0 } from './builders.js';

/** How a container behaves each time it is started. */
export interface Behaviour {
  readonly runsMs: number;
  readonly exitCode: number;
  /** Of postStart. */
  readonly hookFails?: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type ModelContainer = Mutable<ObservedContainer> & { endsAt: number; endsWith: number };

/** The exit code of what vanished while it ran. */
const LOST = 137;

class InvariantError extends Error {}

/** A repeatable stream of numbers from 0 to 1. */
export function randomStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * One pod in a world of its own: the pure core decides, this model does what an engine would, and every step is checked
 * against the rules that hold whatever happens. Synchronous, with virtual time.
 */
export class PodModel {
  pod: Pod;
  now = T0;
  containers: ModelContainer[] = [];
  sandboxes: Mutable<ObservedSandbox>[] = [];
  problems = new Map<string, StartProblem>();
  /** When preStop hooks were begun: on disk, so agents come and go. */
  preStops = new Map<string, number>();
  forgotten = false;
  wakeAt = Infinity;
  /** What happened, for failure messages. */
  readonly #happened: { at: number; what: string | PodAction; by: string }[] = [];
  /** How often rare things were reached: a simulation that never sees them proves nothing. */
  readonly seen = new Map<string, number>();
  readonly #behaviour: (name: string) => Behaviour;
  #serial = 0;
  #highest = new Map<string, number>();
  #restartCounts = new Map<string, number>();
  /** By name: whether the app has been started, for policy Never. */
  #starts = new Map<string, number>();
  readonly #lastExit = new Map<string, number>();
  /** Lives in one sandbox instance. */
  #appStartedIn = new Set<string>();
  #terminalPhase: string | undefined;

  constructor(pod: Pod, behaviour: (name: string) => Behaviour) {
    this.pod = pod;
    this.#behaviour = behaviour;
  }

  observed(): ObservedPod {
    const byAttempt = <T extends { attempt: number }>(a: T, b: T): number => b.attempt - a.attempt;
    return {
      uid: this.pod.metadata.uid ?? '',
      namespace: 'default',
      name: 'web',
      containers: this.containers.map((container) => ({ ...container })).sort(byAttempt),
      sandboxes: this.sandboxes.map((sandbox) => ({ ...sandbox })).sort(byAttempt),
    };
  }

  /** One round of the worker. `crashAfter` actions the agent dies; the next round is a new agent's. */
  round(crashAfter = Infinity): PodPlan {
    const input = {
      pod: this.pod,
      observed: this.observed(),
      problems: this.problems,
      preStops: this.preStops,
      now: this.now,
    };
    const plan = computePodActions(input);
    const status = computePodStatus(input, plan, { hostIP: '192.0.2.1', messages: new Map(), agentNow: this.now });
    this.#checkStatus(status);
    this.pod = { ...this.pod, status };
    this.wakeAt = plan.wakeAt ?? Infinity;
    if (crashAfter < plan.actions.length) this.count('crash');
    for (const action of plan.actions.slice(0, crashAfter)) {
      this.note(action);
      this.#apply(action);
      this.#checkWorld();
    }
    const interrupted = plan.actions[crashAfter];
    // The agent dies while the hook of a container runs.
    if (interrupted?.kind === 'killContainer' && interrupted.preStop) this.#beginPreStop(interrupted.id);
    return plan;
  }

  /**
   * Did a published status speak of this instance? One that vanishes before anybody looked cannot be known from engine
   * and status; there the shell asks the log files, which are outside this model.
   */
  wasSeen({ id }: ObservedContainer): boolean {
    const { status } = this.pod;
    const all = [
      ...(status?.containerStatuses ?? []),
      ...(status?.initContainerStatuses ?? []),
      ...(status?.ephemeralContainerStatuses ?? []),
    ];
    return all.some(({ containerID, lastState, state }) =>
      [containerID, state?.terminated?.containerID, lastState?.terminated?.containerID].includes(`docker://${id}`),
    );
  }

  /** Somebody removes records. How one ended is known only if it was published before. */
  lose(which: (container: ModelContainer) => boolean): void {
    const lost = this.containers.filter((container) => which(container) && this.wasSeen(container));
    for (const { id, name } of lost) if (!this.#endWasSeen(id)) this.#lastExit.delete(name);
    this.containers = this.containers.filter((container) => !lost.includes(container));
  }

  #endWasSeen(id: string): boolean {
    const { containerStatuses = [], initContainerStatuses = [] } = this.pod.status ?? {};
    return [...containerStatuses, ...initContainerStatuses].some(({ lastState, state }) =>
      [state?.terminated?.containerID, lastState?.terminated?.containerID].includes(`docker://${id}`),
    );
  }

  /** Somebody adds an ephemeral container, as the API allows while the pod is wanted. */
  debug(): void {
    if (this.pod.metadata.deletionTimestamp !== undefined) return;
    const { ephemeralContainers = [] } = this.pod.spec;
    const added = { name: `debug${ephemeralContainers.length}`, image: 'busybox:1' };
    this.pod = { ...this.pod, spec: { ...this.pod.spec, ephemeralContainers: [...ephemeralContainers, added] } };
  }

  /** Time passes, and what was to end by then ends. */
  advance(ms: number): void {
    this.now += ms;
    for (const container of this.containers) {
      if (container.state === 'running' && container.endsAt <= this.now)
        this.end(container, container.endsWith, container.endsAt);
    }
  }

  end(container: ModelContainer, exitCode: number, at = this.now): void {
    Object.assign(container, { state: 'exited', exitCode, finishedAt: at, pid: 0 });
    this.#lastExit.set(container.name, exitCode);
    this.note(`exits with ${exitCode}`, container.id, at);
  }

  killSandbox(sandbox: Mutable<ObservedSandbox>): void {
    sandbox.ready = false;
    sandbox.ips = [];
    this.note('dies', sandbox.id);
  }

  restartSandbox(sandbox: Mutable<ObservedSandbox>): void {
    this.#serial += 1;
    Object.assign(sandbox, {
      ready: true,
      ips: ['10.0.0.3'],
      startedAt: this.now,
      instance: `${sandbox.id}@${String(this.#serial)}`,
    });
    this.note('is restarted by hand', sandbox.id);
  }

  /** Remembers what happened; it is put into words only when a rule was broken. */
  note(what: string | PodAction, by = '', at = this.now): void {
    this.#happened.push({ at, what, by });
  }

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  fail(rule: string): never {
    const story = this.#happened.slice(-40).map(({ at, by, what }) => `${at - T0} ${by} ${JSON.stringify(what)}`);
    throw new InvariantError([rule, ...story].join('\n'));
  }

  #spec(name: string): { spec: Container; kind: ContainerKind } {
    const app = this.pod.spec.containers.find((container) => container.name === name);
    if (app !== undefined) return { spec: app, kind: 'app' };
    const ephemeral = this.pod.spec.ephemeralContainers?.find((container) => container.name === name);
    if (ephemeral !== undefined) return { spec: ephemeral, kind: 'ephemeral' };
    const init = this.pod.spec.initContainers?.find((container) => container.name === name);
    if (init === undefined) this.fail(`an action names ${name}, which is not in the spec`);
    return { spec: init, kind: init.restartPolicy === 'Always' ? 'sidecar' : 'init' };
  }

  #apply(action: PodAction): void {
    switch (action.kind) {
      case 'createSandbox':
        this.#createSandbox(action.attempt);
        return;
      case 'stopSandbox':
        for (const sandbox of this.sandboxes) if (sandbox.id === action.id) this.killSandbox(sandbox);
        return;
      case 'removeSandbox':
        this.sandboxes = this.sandboxes.filter(({ id }) => id !== action.id);
        return;
      case 'startContainer':
        this.#start(action);
        return;
      case 'killContainer':
        this.#kill(action);
        return;
      case 'removeContainer':
        this.#remove(action.id);
        return;
      case 'forgetPod':
        if (this.containers.length + this.sandboxes.length > 0)
          this.fail('a pod was forgotten while something of it is on the engine');
        this.forgotten = true;
    }
  }

  /** Hook first, once; then the stop signal, after those that go first. */
  #kill({ after, graceSeconds, id, name, preStop }: Extract<PodAction, { kind: 'killContainer' }>): void {
    const container = this.containers.find((candidate) => candidate.id === id);
    if (container === undefined || !isLive(container.state)) return;
    const hasHook = this.#spec(name).spec.lifecycle?.preStop !== undefined && container.state === 'running';
    if (preStop) this.#beginPreStop(id);
    else if (hasHook && graceSeconds > 0 && !this.preStops.has(id)) this.fail(`${id} was stopped without its hook`);
    const early = this.containers.find((other) => after.includes(other.id) && isLive(other.state));
    if (early !== undefined) this.fail(`${id} was to end after ${early.id}, which lives`);
    if (container.kind === 'sidecar' && this.pod.metadata.deletionTimestamp !== undefined) {
      this.#checkStopOrder(container);
    }
    this.end(container, 137);
  }

  #beginPreStop(id: string): void {
    if (this.preStops.has(id)) this.fail(`the preStop hook of ${id} was run twice`);
    this.preStops.set(id, this.now);
    this.count('preStop');
  }

  /** Of a deleted pod the main containers end first, then the sidecars from the last to the first. */
  #checkStopOrder(sidecar: ObservedContainer): void {
    const inits = (this.pod.spec.initContainers ?? []).map(({ name }) => name);
    const later = this.containers.find(
      ({ kind, name, state }) =>
        isLive(state) && (kind === 'app' || (kind === 'sidecar' && inits.indexOf(name) > inits.indexOf(sidecar.name))),
    );
    if (later !== undefined) this.fail(`sidecar ${sidecar.name} ended before ${later.name}`);
  }

  #remove(id: string): void {
    const container = this.containers.find((candidate) => candidate.id === id);
    if (container !== undefined && isLive(container.state)) this.fail(`${id} was removed while it ran`);
    this.preStops.delete(id);
    this.containers = this.containers.filter((candidate) => candidate.id !== id);
  }

  #createSandbox(attempt: number): void {
    this.#nothingStartsAnyMore('a sandbox was created');
    if (this.sandboxes.some((sandbox) => sandbox.ready)) this.fail('a second sandbox was created beside a running one');
    this.#serial += 1;
    const id = `sandbox-${String(attempt)}-${String(this.#serial)}`;
    this.sandboxes = this.sandboxes.filter((sandbox) => sandbox.attempt !== attempt);
    this.sandboxes.push({
      id,
      instance: `${id}@${String(this.#serial)}`,
      attempt,
      specHash: this.pod.metadata.uid ?? '',
      ready: true,
      created: false,
      hostNetwork: false,
      createdAt: this.now,
      startedAt: this.now,
      ips: ['10.0.0.2'],
      pid: 1,
    });
  }

  #start(action: Extract<PodAction, { kind: 'startContainer' }>): void {
    const { attempt, backoffMs, containerKind, name } = action;
    const sandbox = this.sandboxes.find(({ ready }) => ready) ?? this.fail(`${name} was started without a sandbox`);
    const { spec, kind } = this.#spec(name);
    this.#nothingStartsAnyMore(`${name} was started`);
    if (containerKind !== kind) this.fail(`${name} was started as ${containerKind}`);
    this.#checkStartOrder(name, kind, sandbox);
    this.#checkAttempt(action);
    this.#checkPolicy(name, kind);
    this.containers = this.containers.filter(
      (container) => !(container.name === name && container.state === 'created'),
    );
    const behaviour = this.#behaviour(name);
    this.#serial += 1;
    this.containers.push({
      id: `${name}-${String(attempt)}-${String(this.#serial)}`,
      name,
      kind,
      attempt,
      specHash: containerHash(spec),
      state: 'running',
      paused: false,
      createdAt: this.now,
      startedAt: this.now,
      oomKilled: false,
      image: spec.image,
      imageId: 'docker://sha256:1',
      backoffMs,
      sandboxInstance: sandbox.instance,
      pid: 2,
      endsAt: this.now + behaviour.runsMs,
      endsWith: behaviour.exitCode,
    });
    if (spec.lifecycle?.postStart !== undefined && behaviour.hookFails === true) this.#failPostStart(action);
    this.#starts.set(name, (this.#starts.get(name) ?? 0) + 1);
    this.#lastExit.delete(name);
    if (kind === 'app') this.#appStartedIn.add(sandbox.instance);
    this.count(`start ${kind}`);
  }

  /** A container whose hook failed is killed within the start. */
  #failPostStart({ name }: Extract<PodAction, { kind: 'startContainer' }>): void {
    const started = this.containers.at(-1);
    if (started === undefined) return;
    if (this.#spec(name).spec.lifecycle?.preStop !== undefined) this.#beginPreStop(started.id);
    this.end(started, 143);
    this.problems.set(name, { reason: 'PostStartHookError', message: 'no', retryAt: 0, specHash: started.specHash });
    this.count('failed postStart');
  }

  #nothingStartsAnyMore(what: string): void {
    if (this.pod.metadata.deletionTimestamp !== undefined) this.fail(`${what} after deletion was accepted`);
    if (this.#terminalPhase !== undefined) this.fail(`${what} in a pod that is ${this.#terminalPhase}`);
  }

  /** Init i+1 only after init i ended with 0 in this sandbox, or its record vanished after that; apps after all of them. */
  #checkStartOrder(name: string, kind: ContainerKind, sandbox: ObservedSandbox): void {
    if (kind === 'ephemeral') return;
    const inits = this.pod.spec.initContainers ?? [];
    if (kind === 'init' && this.#appStartedIn.has(sandbox.instance)) this.fail(`init ${name} ran under a started app`);
    if (kind === 'sidecar' && this.#appStartedIn.has(sandbox.instance)) return;
    const before =
      kind === 'app'
        ? inits
        : inits.slice(
            0,
            inits.findIndex((init) => init.name === name),
          );
    for (const init of before) {
      if (init.restartPolicy === 'Always') continue;
      const here = this.containers.filter(
        (record) => record.name === init.name && record.sandboxInstance === sandbox.instance,
      );
      const newest = here.sort((a, b) => b.attempt - a.attempt)[0];
      if (newest !== undefined && !(newest.state === 'exited' && newest.exitCode === 0)) {
        this.fail(`${name} was started before init ${init.name} had succeeded`);
      }
    }
  }

  #checkAttempt({ attempt, name }: Extract<PodAction, { kind: 'startContainer' }>): void {
    const created = this.containers.some((container) => container.name === name && container.state === 'created');
    const highest = this.#highest.get(name) ?? -1;
    if (attempt <= highest && !created)
      this.fail(`attempt ${String(attempt)} of ${name} comes after ${String(highest)}`);
    this.#highest.set(name, Math.max(attempt, highest));
    const newest = this.containers.filter((record) => record.name === name).sort((a, b) => b.attempt - a.attempt)[0];
    if (newest?.state === 'running') this.fail(`${name} was started while it runs`);
    if (newest?.state !== 'exited' || newest.finishedAt === undefined || newest.startedAt === undefined) return;
    const stable = newest.finishedAt - newest.startedAt > 600_000;
    const rerun = newest.kind === 'init' && newest.exitCode === 0;
    if (!stable && !rerun && this.now < newest.finishedAt + newest.backoffMs)
      this.fail(`${name} was restarted before its back-off`);
    if (newest.backoffMs > 0) this.count('back-off');
  }

  /** What a container's rules say of how it ended, read anew here: the core has its own reading. */
  #ruleAction(name: string, exitCode: number | undefined): string | undefined {
    const { spec } = this.#spec(name);
    if (exitCode === undefined) return undefined;
    return (spec.restartPolicyRules ?? []).find(({ exitCodes }) => exitCodes?.values?.includes(exitCode))?.action;
  }

  #checkPolicy(name: string, kind: ContainerKind): void {
    if (kind === 'ephemeral' && (this.#starts.get(name) ?? 0) > 0) this.fail(`ephemeral ${name} was started twice`);
    if (kind !== 'app') return;
    const policy = this.#spec(name).spec.restartPolicy ?? this.pod.spec.restartPolicy;
    if (this.#ruleAction(name, this.#lastExit.get(name) ?? LOST) !== undefined) {
      this.count('rule');
      return;
    }
    if (policy === 'Never' && (this.#starts.get(name) ?? 0) > 0) this.fail(`${name} was started twice under Never`);
    if (policy === 'OnFailure' && this.#lastExit.get(name) === 0)
      this.fail(`${name} was restarted after success under OnFailure`);
  }

  /** It begins only because a rule says so, and is over only when nothing of what was is left; then all is as if new. */
  #checkRestartOfAll(before: Pod['status'], now: NonNullable<Pod['status']>): void {
    const runs = (status: Pod['status']): boolean =>
      status?.conditions?.some(({ type, status: is }) => type === 'AllContainersRestarting' && is === 'True') === true;
    const here = this.containers.filter(({ kind }) => kind !== 'ephemeral');
    if (runs(now) && !runs(before)) {
      const cause = here.some(
        ({ exitCode, name, state }) =>
          state === 'exited' && this.#ruleAction(name, exitCode) === 'RestartAllContainers',
      );
      if (!cause) this.fail('all containers were to start anew, and no rule says so');
    }
    if (!runs(before) || runs(now)) return;
    if (here.length > 0) this.fail('all containers started anew while something was left of the old ones');
    this.#starts.clear();
    this.#lastExit.clear();
    this.#appStartedIn.clear();
    this.count('restart of all');
  }

  #checkDeadline(): void {
    const { spec, status } = this.pod;
    const started = Date.parse(status?.startTime ?? '');
    if (!(this.now >= started + (spec.activeDeadlineSeconds ?? Infinity) * 1000))
      this.fail('a deadline came too early');
    this.count('deadline');
  }

  #checkWorld(): void {
    const running = this.containers.filter(({ state }) => state === 'running').map(({ name }) => name);
    if (new Set(running).size !== running.length && !this.seen.has('two by hand'))
      this.fail('two instances of a container run');
    if (this.sandboxes.filter(({ ready }) => ready).length > 1) this.fail('two sandboxes run');
  }

  #checkStatus(status: NonNullable<Pod['status']>): void {
    const before = this.pod.status;
    if (this.#terminalPhase !== undefined && status.phase !== this.#terminalPhase) {
      this.fail(`phase ${this.#terminalPhase} became ${String(status.phase)}`);
    }
    if (status.phase === 'Succeeded' || status.phase === 'Failed') {
      this.#terminalPhase = status.phase;
      this.count(`phase ${status.phase}`);
      if (status.reason === 'DeadlineExceeded') this.#checkDeadline();
      if (this.containers.some(({ state }) => state === 'running'))
        this.fail('a terminal phase while a container runs');
    }
    for (const { name, restartCount } of [
      ...(status.containerStatuses ?? []),
      ...(status.initContainerStatuses ?? []),
      ...(status.ephemeralContainerStatuses ?? []),
    ]) {
      if (restartCount < (this.#restartCounts.get(name) ?? 0)) this.fail(`restartCount of ${name} fell`);
      this.#restartCounts.set(name, restartCount);
    }
    this.#checkRestartOfAll(before, status);
    for (const condition of status.conditions ?? []) {
      const old = before?.conditions?.find(({ type }) => type === condition.type);
      if (old === undefined) continue;
      const moved = old.lastTransitionTime !== condition.lastTransitionTime;
      if (moved && old.status === condition.status)
        this.fail(`${condition.type}: transition time moved without a transition`);
    }
    const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    const allRun = this.pod.spec.containers.every(({ name }) =>
      this.containers.some((container) => container.name === name && container.state === 'running'),
    );
    if (ready && !allRun) this.fail('Ready although not every container runs');
    if (ready) this.count('ready');
    const waiting = status.containerStatuses?.some(({ state }) => state?.waiting?.reason === 'CrashLoopBackOff');
    if (waiting === true) this.count('crash loop');
  }
}
