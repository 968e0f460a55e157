import { containerHash } from '../../../src/api/hash.js';
import type { PodStatus } from '../../../src/api/schema/pod-status.js';
import type { PodAction, PodPlan } from '../../../src/kubelet/core/plan/pod-action.js';
import type { SyncInput } from '../../../src/kubelet/core/plan/sync-input.js';
import type { ContainerKind } from '../../../src/runtime/observed.js';
import type { Creation, SimContainer } from './engine.js';
import { OrderRules } from './order-rules.js';
import { ProbeRules } from './probe-rules.js';
import { ProgressRules } from './progress-rules.js';
import { ResizeRules } from './resize-rules.js';
import { specOf } from './spec.js';
import { StatusRules } from './status-rules.js';
import { LOST, StopRules } from './stop-rules.js';
import type { World } from './world.js';

/** A rule of failure-modes §5.2 does not hold. */
export class BrokenRule extends Error {
  readonly rule: number;

  constructor(rule: number, what: string) {
    super(`invariant ${rule}: ${what}`);
    this.rule = rule;
  }
}

const STABLE_MS = 600_000;
/** The longest back-off, and as much again as two clocks may seem to differ by. */
const LONGEST_WAIT_MS = 310_000;
/** Looks in which nothing is done while nothing happens: more than there are waits that may end. */
const MOST_IDLE_ROUNDS = 30;
/** A resize that does not fit is looked at again every ten seconds. */
const LEAST_IDLE_MS = 5_000;

type Start = Extract<PodAction, { kind: 'startContainer' }>;

/**
 * What holds whatever happens, numbered as in failure-modes §5.2. Everything is judged from the truth of the world, with a
 * reading of the rules of its own: nothing of src/kubelet/core decides here.
 */
export class Rules {
  readonly order: OrderRules;
  readonly probes: ProbeRules;
  readonly progress: ProgressRules;
  readonly resize: ResizeRules;
  readonly status: StatusRules;
  readonly stop: StopRules;
  readonly #world: World;
  readonly #highest = new Map<string, number>();
  readonly #starts = new Map<string, number>();
  readonly #lastExit = new Map<string, number>();
  readonly byHand = new Set<string>();
  /** Killed because a probe failed: the policy counts as Always. */
  readonly sick = new Set<string>();
  /** Names of those of which that holds for the last one that ended. */
  readonly #sickAtLast = new Set<string>();
  /** What was last decided, and on what. */
  input: SyncInput | undefined;
  plan: PodPlan | undefined;
  #idleRounds = 0;
  #idleSince = 0;

  constructor(world: World) {
    this.#world = world;
    this.order = new OrderRules(world);
    this.probes = new ProbeRules(world);
    this.progress = new ProgressRules(world);
    this.resize = new ResizeRules(world);
    this.status = new StatusRules(world);
    this.stop = new StopRules(world);
  }

  fail(rule: number, what: string): never {
    throw new BrokenRule(rule, what);
  }

  /** Something happened, so there is a reason to look. */
  stirred(): void {
    this.#idleRounds = 0;
    this.#idleSince = this.#world.now;
  }

  /** After every decision. */
  decided(input: SyncInput, plan: PodPlan, status: PodStatus): void {
    this.input = input;
    this.plan = plan;
    this.#idleRounds += 1;
    if (plan.actions.length > 0) this.stirred();
    const idleMs = this.#world.now - this.#idleSince;
    if (this.#idleRounds > MOST_IDLE_ROUNDS && idleMs < this.#idleRounds * LEAST_IDLE_MS)
      this.fail(23, 'the agent looks again and again, and there is nothing to do');
    const { containers, sandboxes } = input.observed;
    const killed = new Set<string>();
    for (const action of plan.actions) if (action.kind === 'killContainer') killed.add(action.id);
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
    if (wakeAt > input.now + LONGEST_WAIT_MS) {
      const starts = new Set(
        plan.actions.map((action) => (action.kind === 'startContainer' ? action.name : undefined)),
      );
      const waits = [...plan.waiting].some(([name, { reason }]) => reason === 'CrashLoopBackOff' && !starts.has(name));
      if (waits) this.fail(10, 'a back-off is longer than 300 s and what clocks may differ by');
    }
    for (const [name, { retryAt }] of input.problems) {
      const isLate = plan.waiting.has(name) && retryAt < Infinity && retryAt > input.now + 300_000;
      if (isLate && !plan.actions.some((action) => 'name' in action && action.name === name))
        this.fail(27, `${name} is not tried again for ${retryAt - input.now} ms`);
    }
    this.progress.check(input, plan);
    this.resize.decided(input, plan, status);
    this.status.published(input, plan, status, () => this.#allNew());
  }

  #noteProbeKills({ probes }: SyncInput, killed: ReadonlySet<string>): void {
    for (const id of killed) {
      const { liveness, startup } = probes?.get(id) ?? {};
      if (liveness !== 'failure' && startup !== 'failure') continue;
      if (!this.sick.has(id)) this.#world.count('probe kill');
      this.sick.add(id);
    }
  }

  #allNew(): void {
    this.#starts.clear();
    this.#lastExit.clear();
    this.order.allNew();
  }

  creates(what: string): void {
    const { pod } = this.#world;
    if (pod.metadata.deletionTimestamp !== undefined) this.fail(6, `${what} was made after deletion was accepted`);
    const { phase } = this.input?.pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') this.fail(5, `${what} was made in a pod that is ${phase}`);
  }

  /**
   * The runtime takes away what holds the name of a container that is to be made, but for its own, which is used, and for what
   * was started since the decision: that is looked at first.
   */
  replaces({ attempt, spec }: Creation): void {
    const holder = this.#world.engine.containers.find((other) => other.name === spec.name && other.attempt === attempt);
    if (holder === undefined || holder.state === 'created') return;
    if (holder.state === 'running' && holder.specHash === containerHash(spec)) return;
    if (holder.state !== 'unknown' && this.#stateSeen(holder) !== holder.state) return;
    this.fail(9, `${holder.id} is ${holder.state}, and its name was to be used again`);
  }

  /** @param sandboxInstance that of the decision: somebody may have restarted it since */
  starts(container: SimContainer, action: Start, sandboxInstance: string): void {
    const { engine } = this.#world;
    const { attempt, id, kind, name } = container;
    if (kind !== this.#kindOf(name)) this.fail(9, `${name} was started as ${kind}`);
    // One that somebody started since the agent looked is met in its next round.
    const twin = engine.containers.find(
      (other) => other.name === name && other.state === 'running' && !this.byHand.has(other.id),
    );
    if (twin !== undefined) this.fail(1, `${id} was started while ${twin.id} runs`);
    const highest = this.#highest.get(name) ?? -1;
    if (attempt < highest) this.fail(10, `attempt ${attempt} of ${name} comes after ${highest}`);
    if (attempt === highest && container.state !== 'created') this.fail(9, `${id} was started twice`);
    this.#highest.set(name, attempt);
    this.order.check(name, kind, sandboxInstance);
    this.#checkBackoff(container, action);
    this.#checkPolicy(container);
    this.#starts.set(name, (this.#starts.get(name) ?? 0) + 1);
    this.#lastExit.delete(name);
    this.#world.count(`start ${kind}`);
  }

  startedByHand(container: SimContainer): void {
    this.byHand.add(container.id);
    if (this.#isNewest(container)) this.#lastExit.delete(container.name);
    this.#world.count('two by hand');
  }

  ended(container: SimContainer, exitCode: number): void {
    this.order.ended(container, exitCode);
    const { attempt, id, name } = container;
    if (!this.#isNewest(container)) return;
    // An earlier one that somebody started again says nothing of the newest, which may be gone by now, unless it took its place.
    if (attempt === this.#highest.get(name) || this.status.isPublished(container)) this.#lastExit.set(name, exitCode);
    if (this.sick.has(id)) this.#sickAtLast.add(name);
    else this.#sickAtLast.delete(name);
  }

  /** Of all records of its name, those included that were only created. */
  #isNewest({ attempt, name }: SimContainer): boolean {
    return !this.#world.engine.containers.some((other) => other.name === name && other.attempt > attempt);
  }

  /** Somebody removed it. How it ended is known only if that was published before. */
  lost({ name }: SimContainer, endWasSeen: boolean): void {
    this.status.meddled = true;
    if (!endWasSeen) this.#lastExit.delete(name);
  }

  #checkBackoff({ attempt, id, name, specHash }: SimContainer, { backoffMs }: Start): void {
    const { engine, now, steppedAt } = this.#world;
    if (backoffMs < 0 || backoffMs > 300_000) this.fail(10, `${name} carries a back-off of ${backoffMs} ms`);
    const older = engine.containers.filter((record) => record.name === name && record.id !== id);
    const last = older.sort((a, b) => b.attempt - a.attempt)[0];
    if (last?.state !== 'exited' || last.specHash !== specHash || this.byHand.has(last.id)) return;
    if (last.backoffMs > 0) this.#world.count('back-off');
    const stable = last.endedTrue - last.startedTrue > STABLE_MS;
    const rerun = last.kind === 'init' && last.exitCode === 0;
    // Nobody knows how long ago something was by a clock that was set since.
    if (stable || rerun || steppedAt >= last.createdTrue) return;
    const grown = last.backoffMs === 0 ? 10_000 : Math.min(2 * last.backoffMs, 300_000);
    // Of one that vanished nobody knows what it carried.
    if (backoffMs !== grown && last.attempt === attempt - 1 && !this.sick.has(last.id))
      this.fail(10, `${name} carries a back-off of ${backoffMs} ms after one of ${last.backoffMs} ms`);
    // From the creation of one that was killed for a probe, as in the kubelet, and of one that never ran.
    const since = this.sick.has(last.id) || last.startedAt === undefined ? last.createdTrue : last.endedTrue;
    if (now < since + last.backoffMs - 10) this.fail(10, `${name} was restarted before its back-off`);
  }

  #checkPolicy({ attempt, kind, name }: SimContainer): void {
    const before = this.#starts.get(name) ?? 0;
    if (kind === 'ephemeral' && before > 0) this.fail(5, `ephemeral ${name} was started twice`);
    if (kind !== 'app' || before === 0) return;
    const spec = specOf(this.#world.pod, name);
    const last = this.input?.observed.containers.find((one) => one.name === name && one.attempt === attempt - 1);
    const exitCode = this.#lastExit.get(name) ?? last?.exitCode ?? LOST;
    if (this.ruleAction(name, exitCode) !== undefined) {
      this.#world.count('rule');
      return;
    }
    const policy = spec?.restartPolicy ?? this.#world.pod.spec.restartPolicy;
    if (policy === 'Never') this.fail(5, `${name} was started twice under Never`);
    const records = this.#world.engine.containers.filter((record) => record.name === name);
    const isSick = this.#sickAtLast.has(name) || records.some(({ id }) => this.sick.has(id));
    if (policy === 'OnFailure' && exitCode === 0 && !isSick) this.fail(5, `${name} was restarted after success`);
  }

  /** By its rules, its policy and what a failed probe makes of that. */
  mayRunAgain(name: string, exitCode: number = LOST, isSick = false): boolean {
    if (this.ruleAction(name, exitCode) !== undefined) return true;
    const kind = this.#kindOf(name);
    if (kind === 'sidecar') return true;
    const policy = specOf(this.#world.pod, name)?.restartPolicy ?? this.#world.pod.spec.restartPolicy;
    if (policy === 'Never') return false;
    return exitCode !== 0 || (kind === 'app' && (policy === 'Always' || isSick));
  }

  /** What a container's rules say of how it ended. */
  ruleAction(name: string, exitCode: number | undefined): string | undefined {
    if (exitCode === undefined) return undefined;
    const rules = specOf(this.#world.pod, name)?.restartPolicyRules ?? [];
    return rules.find(({ exitCodes }) => {
      const isListed = exitCodes?.values?.includes(exitCode) === true;
      return exitCodes?.operator === 'NotIn' ? !isListed : isListed;
    })?.action;
  }

  removes(container: SimContainer): void {
    const { id, state } = container;
    const startedSince = this.byHand.has(id) && this.#stateSeen(container) !== 'running';
    if (state === 'running' && !startedSince && !this.stop.restartsAll())
      this.fail(8, `${id} was removed while it ran`);
  }

  /** What it was when the agent last looked. */
  #stateSeen({ id }: SimContainer): SimContainer['state'] | undefined {
    return this.input?.observed.containers.find((one) => one.id === id)?.state;
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
