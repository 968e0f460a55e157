import { containerHash } from '../../../src/api/hash.js';
import type { PodAction } from '../../../src/kubelet/core/plan/pod-action.js';
import type { SimContainer } from './engine.js';
import { specOf } from './spec.js';
import type { World } from './world.js';

type Kill = Extract<PodAction, { kind: 'killContainer' }>;

/** The exit code of what vanished while it ran. */
export const LOST = 137;
/** From stop signal to SIGKILL when the grace is over. */
const LEAST_SECONDS = 2;

/** What may be stopped, when and how: rules 8 and 12. */
export class StopRules {
  readonly #world: World;
  readonly #preStopped = new Set<string>();
  #deletedAt: number | undefined;
  #deadlineTrue: number | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  deleted(graceSeconds: number): void {
    // Counted from the first time.
    this.#deletedAt ??= this.#world.now;
    this.#deadlineTrue = this.#deletedAt + graceSeconds * 1_000;
  }

  /** The stop signal is sent. */
  stops(container: SimContainer, kill: Kill, seconds: number): void {
    const { pod, preStops } = this.#world;
    const { id, kind, name } = container;
    if (container.state !== 'running') return;
    this.#checkCause(container);
    this.#checkGrace(container, seconds);
    const hook = specOf(pod, name)?.lifecycle?.preStop;
    if (hook !== undefined && kill.graceSeconds > 0 && !preStops.has(id) && !this.restartsAll())
      this.#world.rules.fail(12, `${id} was stopped without its hook`);
    if (kind === 'sidecar') this.#checkTurn(container, seconds);
  }

  /** When a pod stops, a sidecar is sent its signal after all that was started after it, as long as the grace lasts. */
  #checkTurn({ id, name }: SimContainer, seconds: number): void {
    const { engine, pod, rules } = this.#world;
    const { actions = [] } = rules.plan ?? {};
    if (!actions.some(({ kind }) => kind === 'stopSandbox')) return;
    this.#world.count('sidecar stopped');
    const inits = (pod.spec.initContainers ?? []).map((init) => init.name);
    const stopped = actions.flatMap((action) => (action.kind === 'killContainer' ? [action.id] : []));
    const later = engine.containers.find((other) => {
      const isAfter = other.kind === 'sidecar' ? inits.indexOf(other.name) > inits.indexOf(name) : true;
      // One that somebody started again was dead.
      if (!isAfter || other.name === name || rules.byHand.has(other.id)) return false;
      return other.state === 'running' && stopped.includes(other.id);
    });
    if (later !== undefined && seconds > LEAST_SECONDS) rules.fail(12, `sidecar ${id} was stopped before ${later.id}`);
  }

  #isCalm(): boolean {
    return this.#world.steppedAt === -Infinity;
  }

  /** Nothing that runs as it should is stopped. */
  #checkCause(container: SimContainer): void {
    const { id, kind, name, specHash } = container;
    const input = this.#world.rules.input ?? this.#world.rules.fail(8, `${id} was stopped without a decision`);
    const { observed, pod, preStops } = input;
    const spec = specOf(pod, name);
    if (this.#world.rules.sick.has(id)) return;
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
    // One that somebody started again, and took away.
    const lostInit = (pod.status?.initContainerStatuses ?? []).some(
      ({ lastState, name: init, state }) =>
        (state?.running !== undefined || (state?.waiting !== undefined && lastState?.terminated?.exitCode === LOST)) &&
        observed.containers.every((other) => other.name !== init),
    );
    const cause =
      pod.metadata.deletionTimestamp !== undefined ||
      pod.status?.phase === 'Failed' ||
      pod.status?.phase === 'Succeeded' ||
      this.#isOverdue() ||
      this.restartsAll() ||
      spec === undefined ||
      specHash !== containerHash(spec) ||
      preStops?.has(id) === true ||
      !isHome ||
      foreign ||
      !isNewest ||
      this.#world.rules.status.isOutdated(pod, own) ||
      ended ||
      failedInit ||
      lostInit ||
      this.#world.rules.resize.needsRestart(container, input);
    if (!cause) this.#world.rules.fail(8, `${id} was stopped without a cause`);
  }

  #isLive(name: string): boolean {
    const newest = this.#world.rules.input?.observed.containers.find((other) => other.name === name);
    return newest?.state === 'running';
  }

  #isOverdue(): boolean {
    const { pod, now = 0 } = this.#world.rules.input ?? {};
    const { activeDeadlineSeconds = Infinity } = pod?.spec ?? {};
    return (
      now >=
      Date.parse(pod?.status?.startTime ?? '') +
        activeDeadlineSeconds * 1_000 -
        Math.abs(this.#world.rules.input?.clockSkewMs ?? 0)
    );
  }

  /** A rule says so, or it was begun. */
  restartsAll(): boolean {
    const { observed, pod } = this.#world.rules.input ?? {};
    const begun = pod?.status?.conditions?.some(
      ({ status, type }) => type === 'AllContainersRestarting' && status === 'True',
    );
    const due = observed?.containers.some(
      ({ exitCode, name, state }) =>
        state === 'exited' && this.#world.rules.ruleAction(name, exitCode) === 'RestartAllContainers',
    );
    return begun === true || due === true;
  }

  /** Never more than was granted, and never SIGKILL before that is over. */
  #checkGrace({ id, name }: SimContainer, seconds: number): void {
    const { now, pod } = this.#world;
    const granted = pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    // A probe may have its own.
    const { terminationGracePeriodSeconds: own = 0 } = specOf(pod, name)?.livenessProbe ?? {};
    const most = Math.max(LEAST_SECONDS, granted, pod.spec.terminationGracePeriodSeconds ?? 30);
    if (seconds > (this.#world.rules.sick.has(id) ? Math.max(most, own) : most))
      this.#world.rules.fail(12, `${id} was given ${seconds} s instead of ${granted} s`);
    if (this.#deadlineTrue === undefined || this.#world.rules.input?.pod.metadata.deletionTimestamp === undefined)
      return;
    if (!this.#isCalm() || this.restartsAll()) return;
    const left = Math.floor((this.#deadlineTrue - now) / 1_000) - 1;
    if (seconds < left && seconds < granted - 1)
      this.#world.rules.fail(12, `${id} was given ${seconds} s, and ${left} s were left`);
  }

  beginsPreStop({ id }: SimContainer): void {
    if (this.#preStopped.has(id)) this.#world.rules.fail(12, `the preStop hook of ${id} was run twice`);
    this.#preStopped.add(id);
    this.#world.count('preStop');
  }
}
