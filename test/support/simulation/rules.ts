import { containerHash } from '../../../src/api/hash.js';
import type { PodStatus } from '../../../src/api/schema/pod-status.js';
import type { Container, Pod } from '../../../src/api/schema/pod.js';
import type { PodAction, PodPlan } from '../../../src/kubelet/core/pod-action.js';
import type { SyncInput } from '../../../src/kubelet/core/sync-input.js';
import type { ContainerKind } from '../../../src/runtime/observed.js';
import type { SimContainer } from './engine.js';
import { StatusRules } from './status-rules.js';
import type { World } from './world.js';

/** A rule of failure-modes §5.2 does not hold. */
export class BrokenRule extends Error {
  readonly rule: number;

  constructor(rule: number, what: string) {
    super(`invariant ${rule}: ${what}`);
    this.rule = rule;
  }
}

/** The exit code of what vanished while it ran. */
const LOST = 137;
const STABLE_MS = 600_000;

type Kill = Extract<PodAction, { kind: 'killContainer' }>;
type Start = Extract<PodAction, { kind: 'startContainer' }>;

/**
 * What holds whatever happens, numbered as in failure-modes §5.2. Everything is judged from the truth of the world, with a
 * reading of the rules of its own: nothing of src/kubelet/core decides here.
 */
export class Rules {
  readonly status: StatusRules;
  readonly #world: World;
  readonly #highest = new Map<string, number>();
  readonly #starts = new Map<string, number>();
  readonly #lastExit = new Map<string, number>();
  /** Name and sandbox instance. */
  readonly #ranIn = new Set<string>();
  readonly #succeededIn = new Set<string>();
  /** Sandbox instances in which an app ran. */
  readonly #appStartedIn = new Set<string>();
  readonly #byHand = new Set<string>();
  readonly #preStopped = new Set<string>();
  /** Killed because a probe failed: the policy counts as Always. */
  readonly #sick = new Set<string>();
  #deadlineTrue: number | undefined;
  #input: SyncInput | undefined;
  readonly runs: { readonly id: string; readonly name: string; readonly startedAt: number; endedAt: number }[] = [];
  lastPhase: PodPlan['phase'] | undefined;

  constructor(world: World) {
    this.#world = world;
    this.status = new StatusRules(world);
  }

  fail(rule: number, what: string): never {
    throw new BrokenRule(rule, what);
  }

  /** After every decision. */
  decided(input: SyncInput, plan: PodPlan, status: PodStatus): void {
    this.#input = input;
    this.lastPhase = plan.phase;
    const { containers, sandboxes } = input.observed;
    const killed = new Set(plan.actions.flatMap((action) => (action.kind === 'killContainer' ? [action.id] : [])));
    this.#noteProbeKills(input, killed);
    if (plan.actions.some(({ kind }) => kind === 'createSandbox')) {
      const stopped = plan.actions.flatMap((action) => (action.kind === 'stopSandbox' ? [action.id] : []));
      const beside = sandboxes.find(({ id, ready }) => ready && !stopped.includes(id));
      if (beside !== undefined) this.fail(1, `a sandbox is made beside ${beside.id}`);
    }
    const newest = sandboxes[0];
    for (const { id, name, sandboxInstance, state } of containers) {
      if (state !== 'running' || killed.has(id)) continue;
      if (newest?.instance !== sandboxInstance || !newest.ready) this.fail(2, `${id} lives on without its sandbox`);
      const twin = containers.find((other) => other.name === name && other.id !== id && other.state === 'running');
      if (twin !== undefined && !killed.has(twin.id)) this.fail(1, `${id} and ${twin.id} run side by side`);
    }
    const { wakeAt = Infinity } = plan;
    const waits = [...plan.waiting.values()].some(({ reason }) => reason === 'CrashLoopBackOff');
    if (waits && wakeAt > input.now + 300_000) this.fail(10, 'a back-off is longer than 300 s');
    this.status.published(input, plan, status, () => this.#allNew());
  }

  #noteProbeKills({ probes }: SyncInput, killed: ReadonlySet<string>): void {
    for (const id of killed) {
      const { liveness, startup } = probes?.get(id) ?? {};
      if (liveness !== 'failure' && startup !== 'failure') continue;
      if (!this.#sick.has(id)) this.#world.count('probe kill');
      this.#sick.add(id);
    }
  }

  #allNew(): void {
    this.#starts.clear();
    this.#lastExit.clear();
    this.#appStartedIn.clear();
    this.#ranIn.clear();
    this.#succeededIn.clear();
  }

  deleted(graceSeconds: number): void {
    this.#deadlineTrue = Math.min(this.#deadlineTrue ?? Infinity, this.#world.now + graceSeconds * 1_000);
  }

  creates(what: string): void {
    const { pod } = this.#world;
    if (pod.metadata.deletionTimestamp !== undefined) this.fail(6, `${what} was made after deletion was accepted`);
    const { phase } = this.#input?.pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') this.fail(5, `${what} was made in a pod that is ${phase}`);
  }

  /** The runtime takes away what holds the name of a container that is to be made. */
  replaces(name: string, attempt: number): void {
    const { engine, pod } = this.#world;
    const holder = engine.containers.find((other) => other.name === name && other.attempt === attempt);
    if (holder === undefined || holder.state === 'created') return;
    const spec = specOf(pod, name);
    if (holder.state === 'running' && spec !== undefined && holder.specHash === containerHash(spec)) return;
    this.fail(9, `${holder.id} is ${holder.state}, and its name was to be used again`);
  }

  starts(container: SimContainer, action: Start): void {
    const { engine } = this.#world;
    const { attempt, id, kind, name, sandboxInstance } = container;
    if (kind !== this.#kindOf(name)) this.fail(9, `${name} was started as ${kind}`);
    // One that somebody started since the agent looked is met in its next round.
    const twin = engine.containers.find(
      (other) => other.name === name && other.state === 'running' && !this.#byHand.has(other.id),
    );
    if (twin !== undefined) this.fail(1, `${id} was started while ${twin.id} runs`);
    const highest = this.#highest.get(name) ?? -1;
    if (attempt < highest) this.fail(10, `attempt ${attempt} of ${name} comes after ${highest}`);
    if (attempt === highest && container.state !== 'created') this.fail(9, `${id} was started twice`);
    this.#highest.set(name, attempt);
    this.#checkOrder(name, kind, sandboxInstance);
    this.#checkBackoff(container, action);
    this.#checkPolicy(name, kind);
    this.#starts.set(name, (this.#starts.get(name) ?? 0) + 1);
    this.#lastExit.delete(name);
    this.runs.push({ id, name, startedAt: this.#world.now, endedAt: Infinity });
    this.#ranIn.add(`${name} ${sandboxInstance}`);
    if (kind === 'app') this.#appStartedIn.add(sandboxInstance);
    this.#world.count(`start ${kind}`);
  }

  hadAppIn(sandboxInstance: string): boolean {
    return this.#appStartedIn.has(sandboxInstance);
  }

  startedByHand({ id, name }: SimContainer): void {
    this.#byHand.add(id);
    this.#lastExit.delete(name);
    this.#world.count('two by hand');
  }

  ended({ id, name, oomKilled, sandboxInstance }: SimContainer, exitCode: number): void {
    if (exitCode === 0 && !oomKilled) this.#succeededIn.add(`${name} ${sandboxInstance}`);
    const run = this.runs.findLast((one) => one.id === id);
    if (run !== undefined) run.endedAt = this.#world.now;
    const { engine } = this.#world;
    const newest = engine.containers.filter((other) => other.name === name).sort((a, b) => b.attempt - a.attempt)[0];
    if (newest?.id === id) this.#lastExit.set(name, exitCode);
  }

  /** Somebody removed it. How it ended is known only if that was published before. */
  lost({ name }: SimContainer, endWasSeen: boolean): void {
    this.status.meddled = true;
    if (!endWasSeen) this.#lastExit.delete(name);
  }

  /** What comes next only after each init before it has ended with 0 in this sandbox, and each sidecar was started in it. */
  #checkOrder(name: string, kind: ContainerKind, sandboxInstance: string): void {
    if (kind === 'ephemeral') return;
    // Whose record is gone is known by its status only, and that by a clock which was set since.
    if (this.status.meddled && this.#world.steppedAt > -Infinity) return;
    const inits = this.#world.pod.spec.initContainers ?? [];
    if (this.#appStartedIn.has(sandboxInstance)) {
      if (kind === 'init') this.fail(4, `init ${name} ran under a started app`);
      return;
    }
    const own = inits.findIndex((init) => init.name === name);
    for (const init of own === -1 ? inits : inits.slice(0, own)) {
      const here = `${init.name} ${sandboxInstance}`;
      if (init.restartPolicy === 'Always' ? this.#ranIn.has(here) : this.#succeededIn.has(here)) continue;
      this.fail(3, `${name} was started before ${init.name} had done its part`);
    }
  }

  #checkBackoff({ id, name, specHash }: SimContainer, { backoffMs }: Start): void {
    const { engine, now, steppedAt } = this.#world;
    if (backoffMs < 0 || backoffMs > 300_000) this.fail(10, `${name} carries a back-off of ${backoffMs} ms`);
    const older = engine.containers.filter((record) => record.name === name && record.id !== id);
    const last = older.sort((a, b) => b.attempt - a.attempt)[0];
    if (last?.state !== 'exited' || last.specHash !== specHash || this.#byHand.has(last.id)) return;
    if (last.backoffMs > 0) this.#world.count('back-off');
    const stable = last.endedTrue - last.startedTrue > STABLE_MS;
    const rerun = last.kind === 'init' && last.exitCode === 0;
    // Nobody knows how long ago something was by a clock that was set since.
    if (stable || rerun || steppedAt >= last.startedTrue) return;
    // From the creation of one that was killed for a probe, as in the kubelet, and of one that never ran.
    const since = this.#sick.has(last.id) || last.startedAt === undefined ? last.createdTrue : last.endedTrue;
    if (now < since + last.backoffMs - 10) this.fail(10, `${name} was restarted before its back-off`);
  }

  #checkPolicy(name: string, kind: ContainerKind): void {
    const before = this.#starts.get(name) ?? 0;
    if (kind === 'ephemeral' && before > 0) this.fail(5, `ephemeral ${name} was started twice`);
    if (kind !== 'app' || before === 0) return;
    const spec = specOf(this.#world.pod, name);
    const exitCode = this.#lastExit.get(name) ?? LOST;
    if (this.ruleAction(name, exitCode) !== undefined) {
      this.#world.count('rule');
      return;
    }
    const policy = spec?.restartPolicy ?? this.#world.pod.spec.restartPolicy;
    if (policy === 'Never') this.fail(5, `${name} was started twice under Never`);
    const sick = this.#world.engine.containers.some((record) => record.name === name && this.#sick.has(record.id));
    if (policy === 'OnFailure' && exitCode === 0 && !sick) this.fail(5, `${name} was restarted after success`);
  }

  /** What a container's rules say of how it ended. */
  ruleAction(name: string, exitCode: number | undefined): string | undefined {
    if (exitCode === undefined) return undefined;
    const rules = specOf(this.#world.pod, name)?.restartPolicyRules ?? [];
    return rules.find(({ exitCodes }) => exitCodes?.values?.includes(exitCode))?.action;
  }

  /** The stop signal is sent. */
  stops(container: SimContainer, kill: Kill, seconds: number): void {
    const { engine, pod, preStops } = this.#world;
    const { id, kind, name } = container;
    if (container.state !== 'running') return;
    this.#checkCause(container);
    this.#checkGrace(container, seconds);
    const hook = specOf(pod, name)?.lifecycle?.preStop;
    if (hook !== undefined && kill.graceSeconds > 0 && !preStops.has(id) && !this.#restartsAll())
      this.fail(12, `${id} was stopped without its hook`);
    if (kind !== 'sidecar' || pod.metadata.deletionTimestamp === undefined) return;
    const inits = (pod.spec.initContainers ?? []).map((init) => init.name);
    const later = engine.containers.find(
      (other) =>
        other.state === 'running' &&
        (other.kind === 'app' || (other.kind === 'sidecar' && inits.indexOf(other.name) > inits.indexOf(name))),
    );
    const over = this.#world.now >= (this.#deadlineTrue ?? Infinity) - 1_000;
    if (later !== undefined && !over && this.#isCalm())
      this.fail(12, `sidecar ${name} was stopped before ${later.name}`);
    this.#world.count('sidecar stopped');
  }

  #isCalm(): boolean {
    return this.#world.steppedAt === -Infinity;
  }

  /** Nothing that runs as it should is stopped. */
  #checkCause({ id, kind, name, specHash }: SimContainer): void {
    const { observed, pod, preStops } = this.#input ?? this.fail(8, `${id} was stopped without a decision`);
    const spec = specOf(pod, name);
    if (this.#sick.has(id)) return;
    const own = observed.containers.find((record) => record.id === id);
    // Started in this round: its postStart hook failed.
    if (own === undefined || own.state === 'created') return;
    const [newest] = observed.sandboxes;
    const ready = observed.sandboxes.filter((sandbox) => sandbox.ready).length;
    const isHome = ready === 1 && newest?.ready === true && newest.instance === own.sandboxInstance;
    const foreign = observed.containers.some(
      (other) => other.state === 'running' && other.sandboxInstance !== newest?.instance,
    );
    const isNewest = observed.containers.every((other) => other.name !== name || other.attempt <= own.attempt);
    const ended = pod.spec.containers.every((app) => !this.#isLive(app.name)) && kind !== 'app';
    const failedInit = observed.containers.some((other) => other.kind === 'init' && (other.exitCode ?? 0) !== 0);
    const cause =
      pod.metadata.deletionTimestamp !== undefined ||
      pod.status?.phase === 'Failed' ||
      pod.status?.phase === 'Succeeded' ||
      this.#isOverdue() ||
      this.#restartsAll() ||
      spec === undefined ||
      specHash !== containerHash(spec) ||
      preStops?.has(id) === true ||
      !isHome ||
      foreign ||
      !isNewest ||
      this.status.isOutdated(pod, own) ||
      ended ||
      failedInit;
    if (!cause) this.fail(8, `${id} was stopped without a cause`);
  }

  #isLive(name: string): boolean {
    return this.#input?.observed.containers.some((other) => other.name === name && other.state === 'running') === true;
  }

  #isOverdue(): boolean {
    const { pod, now = 0 } = this.#input ?? {};
    const { activeDeadlineSeconds = Infinity } = pod?.spec ?? {};
    return (
      now >=
      Date.parse(pod?.status?.startTime ?? '') + activeDeadlineSeconds * 1_000 - Math.abs(this.#input?.clockSkewMs ?? 0)
    );
  }

  /** A rule says so, or it was begun. */
  #restartsAll(): boolean {
    const { observed, pod } = this.#input ?? {};
    const begun = pod?.status?.conditions?.some(
      ({ status, type }) => type === 'AllContainersRestarting' && status === 'True',
    );
    const due = observed?.containers.some(
      ({ exitCode, name, state }) => state === 'exited' && this.ruleAction(name, exitCode) === 'RestartAllContainers',
    );
    return begun === true || due === true;
  }

  /** Never more than was granted, and never SIGKILL before that is over. */
  #checkGrace({ id }: SimContainer, seconds: number): void {
    const { now, pod } = this.#world;
    const granted = pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    if (seconds > Math.max(2, granted, pod.spec.terminationGracePeriodSeconds ?? 30))
      this.fail(12, `${id} was given ${seconds} s instead of ${granted} s`);
    if (this.#deadlineTrue === undefined || this.#input?.pod.metadata.deletionTimestamp === undefined) return;
    if (!this.#isCalm() || this.#restartsAll()) return;
    const left = Math.floor((this.#deadlineTrue - now) / 1_000) - 1;
    if (seconds < left && seconds < granted - 1) this.fail(12, `${id} was given ${seconds} s, and ${left} s were left`);
  }

  beginsPreStop({ id }: SimContainer): void {
    if (this.#preStopped.has(id)) this.fail(12, `the preStop hook of ${id} was run twice`);
    this.#preStopped.add(id);
    this.#world.count('preStop');
  }

  removes({ id, state }: SimContainer): void {
    if (state === 'running' && !this.#restartsAll()) this.fail(8, `${id} was removed while it ran`);
  }

  forgets(): void {
    const { containers, sandboxes } = this.#world.engine;
    if (containers.length + sandboxes.length > 0) this.fail(26, 'a pod was forgotten while something of it is left');
  }

  #kindOf(name: string): ContainerKind | undefined {
    const { containers, ephemeralContainers = [], initContainers = [] } = this.#world.pod.spec;
    if (containers.some((container) => container.name === name)) return 'app';
    if (ephemeralContainers.some((container) => container.name === name)) return 'ephemeral';
    const init = initContainers.find((container) => container.name === name);
    return init === undefined ? undefined : init.restartPolicy === 'Always' ? 'sidecar' : 'init';
  }
}

const specOf = ({ spec }: Pod, name: string): Container | undefined =>
  [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].find(
    (container) => container.name === name,
  );
