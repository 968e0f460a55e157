import { containerHash } from '../../../api/hash.js';
import type { ObservedContainer } from '../../../runtime/observed.js';
import { containerViews, lastExitCode, nextAttempt, type ContainerView } from '../view/container-view.js';
import { deadlineAt } from './deadline.js';
import { collectGarbage } from './garbage.js';
import { firstPendingInit, isInitialized } from './init-containers.js';
import { backoffMessage } from './messages.js';
import type { PodAction, PodPlan, WaitingReason } from './pod-action.js';
import { planRestartAll } from './restart-all.js';
import { startsAnew } from './starts-anew.js';
import { backoffAfter, isDue, nextRestart, restartAfterProbe } from './restart-backoff.js';
import { containerResize, pendingResize, RESIZE_RETRY_MS } from './resize.js';
import { podIdentity } from '../view/pod-identity.js';
import { restartsAfter } from './restart-policy.js';
import { isLive, judgeSandbox } from '../view/sandbox-view.js';
import { killOf, stopAll } from './stop-order.js';
import type { StartProblem, SyncInput } from './sync-input.js';
import { graceSince, isFinished, planTermination } from './termination.js';

/**
 * What to do next for one pod, from what is wanted and what the engine shows. Level-triggered: every round decides
 * anew from facts, so a crash between any two actions, a lost event or a late look changes nothing.
 * Source: kubelet computePodActions, pkg/kubelet/kuberuntime/kuberuntime_manager.go.
 */
export function computePodActions(input: SyncInput): PodPlan {
  const views = containerViews(input);
  if (isFinished(input, views)) return planTermination(input, views);

  const { observed, pod } = input;
  const verdict = judgeSandbox(observed, pod.spec.hostNetwork === true);
  if (verdict.kind === 'needed') return planSandbox(input, verdict.attempt);
  const restartAll = planRestartAll(input, views);
  if (restartAll !== undefined) return restartAll;

  const builder = new PlanBuilder(input, verdict.sandbox.instance);
  builder.add(collectGarbage(observed, verdict.sandbox));
  for (const view of views.members) builder.endSuperfluous(view);
  for (const view of views.ephemerals) builder.endSuperfluous(view);
  // Before everything else: they are there to see why the rest does not start.
  for (const view of views.ephemerals) builder.startOnce(view);

  const initialized = isInitialized(views);
  if (initialized) {
    for (const view of views.inits) if (view.kind === 'sidecar') builder.keepRunning(view);
    for (const view of views.apps) builder.keepRunning(view);
  } else {
    const pending = firstPendingInit(views.inits);
    for (const [index, view] of views.inits.entries()) {
      if (index === pending || (index < pending && view.kind === 'sidecar')) builder.keepRunning(view);
    }
  }
  return builder.plan();
}

/** No sandbox to build on: everything of the old one ends first, then a new one is made. */
function planSandbox(input: SyncInput, attempt: number): PodPlan {
  const { observed, pod } = input;
  const { preStops = new Map<string, number>() } = input;
  const actions: PodAction[] = stopAll({ pod, observed, preStops, graceSeconds: graceSince(input, input.now) });
  const interrupted = observed.sandboxes[0]?.created === true;
  actions.push({ kind: 'createSandbox', attempt, replaces: observed.sandboxes.length > 0 && !interrupted });
  return { phase: 'syncing', actions, waiting: waitingReasons(input) };
}

/** Containers that cannot start because their last start failed keep saying why while the sandbox is made. */
const waitingReasons = (input: SyncInput): ReadonlyMap<string, WaitingReason> => new Map(input.problems);

class PlanBuilder {
  readonly #input: SyncInput;
  readonly #sandboxInstance: string;
  readonly #actions: PodAction[] = [];
  readonly #waiting = new Map<string, WaitingReason>();
  #wakeAt: number;

  constructor(input: SyncInput, sandboxInstance: string) {
    this.#input = input;
    this.#sandboxInstance = sandboxInstance;
    this.#wakeAt = deadlineAt(input) ?? Infinity;
  }

  add(actions: readonly PodAction[]): void {
    this.#actions.push(...actions);
  }

  plan(): PodPlan {
    const plan: PodPlan = { phase: 'syncing', actions: this.#actions, waiting: this.#waiting };
    return this.#wakeAt < Infinity ? { ...plan, wakeAt: this.#wakeAt } : plan;
  }

  /**
   * Somebody started an old instance by hand: two of one container never run side by side. What was created too late is
   * removed.
   */
  endSuperfluous(view: ContainerView): void {
    for (const record of view.records) {
      if (record.state === 'created' && view.newest === undefined) this.#remove(record);
      else if (record !== view.newest && isLive(record.state))
        this.#kill(view, record, `Stopping container ${view.spec.name}`);
    }
  }

  /** Whatever becomes of it: a record, or the memory of one, means that it had its turn. */
  startOnce(view: ContainerView): void {
    if (view.newest?.state === 'created') this.#startCreated(view, view.newest);
    else if (view.newest === undefined && lastExitCode(view) === undefined) this.#start(view, 0);
  }

  /** The container runs with its current definition, or a reason why it does not, or the action that changes it. */
  keepRunning(view: ContainerView): void {
    const { newest, spec } = view;
    if (newest === undefined) {
      const exitCode = lastExitCode(view);
      // No exited record, so no back-off; how a removed one ended is known from the status. An init container gets here
      // only when its work in this sandbox is still to be done, however it ended in another.
      const wanted = view.kind === 'init' || exitCode === undefined || restartsAfter(view, exitCode);
      if (wanted) this.#start(view, startsAnew(view.stored) ? backoffAfter(view.stored?.restartCount ?? 0) : 0);
      return;
    }
    switch (newest.state) {
      case 'running':
        if (newest.specHash !== containerHash(spec)) {
          this.#kill(view, newest, `${describe(view)} definition changed, will be restarted`);
        } else if (view.failedProbe !== undefined) {
          this.#killFailed(view, newest, view.failedProbe);
        } else if (this.#input.preStops?.has(newest.id) === true) {
          // The agent ended in the middle of stopping it, and the reason may be forgotten: what was begun is finished.
          this.#kill(view, newest, `Stopping container ${spec.name}`);
        } else this.#resize(view, newest);
        return;
      case 'unknown':
        this.#kill(view, newest, 'Container is in "unknown" state, try killing it before restart');
        return;
      case 'created':
        this.#startCreated(view, newest);
        return;
      case 'exited':
        this.#restart(view, newest);
    }
  }

  #resize(view: ContainerView, record: ObservedContainer): void {
    const { node, now, pod } = this.#input;
    const change = node === undefined ? undefined : containerResize(pod, view);
    if (node === undefined || change === undefined) return;
    const { kind: containerKind, spec } = view;
    // Its condition says why.
    if (pendingResize(pod, node) !== undefined) this.#wakeAt = Math.min(this.#wakeAt, now + RESIZE_RETRY_MS);
    else if (change.kind === 'restart') this.#kill(view, record, `Container ${spec.name} resize requires restart`);
    else
      this.#actions.push({
        kind: 'resizeContainer',
        id: record.id,
        name: spec.name,
        containerKind,
        resources: change.resources,
      });
  }

  #startCreated(view: ContainerView, created: ObservedContainer): void {
    if (created.sandboxInstance === this.#sandboxInstance && created.specHash === containerHash(view.spec)) {
      this.#start(view, created.backoffMs, created.attempt);
      return;
    }
    this.#remove(created);
  }

  /** Unless it is garbage already, as init containers of earlier sandboxes are. */
  #remove({ attempt, id, name }: ObservedContainer): void {
    if (this.#actions.some((action) => action.kind === 'removeContainer' && action.id === id)) return;
    this.#actions.push({ kind: 'removeContainer', id, name, attempt });
  }

  #restart(view: ContainerView, dead: NonNullable<ContainerView['newest']>): void {
    const here = dead.sandboxInstance === this.#sandboxInstance;
    // A regular init container of an earlier sandbox says nothing: all of them run again in a new one.
    const again = view.kind === 'init' && !here;
    const failedInit = view.kind === 'init' && dead.oomKilled;
    if (!again && !failedInit && !restartsAfter(view, dead.exitCode)) return;
    // A changed definition is a new container to the kubelet's back-off: it starts at once.
    const changed = dead.specHash !== containerHash(view.spec);
    const fresh = changed || (again && dead.exitCode === 0);
    const restart =
      view.failedProbe !== undefined && !fresh ? restartAfterProbe(dead) : nextRestart(fresh ? undefined : dead);
    if (!isDue(restart, this.#input.now)) {
      this.#wait(view, restart.notBefore, {
        reason: 'CrashLoopBackOff',
        message: backoffMessage(podIdentity(this.#input.pod), view.spec.name, restart.delayMs),
      });
      return;
    }
    this.#start(view, restart.backoffMs);
    this.#keepWaiting(view);
  }

  /** What was published to wait for its back-off is so until it runs: how it ended is its last state, not its state again. */
  #keepWaiting({ spec, stored }: ContainerView): void {
    const { message = '', reason = '' } = stored?.state?.waiting ?? {};
    if (reason === 'CrashLoopBackOff' && !this.#waiting.has(spec.name))
      this.#waiting.set(spec.name, { reason, message });
  }

  #start(view: ContainerView, backoffMs: number, attempt = nextAttempt(view)): void {
    const problem = this.#problem(view);
    if (problem !== undefined && problem.retryAt > this.#input.now) {
      this.#wait(view, problem.retryAt, problem);
      return;
    }
    this.#actions.push({
      kind: 'startContainer',
      name: view.spec.name,
      containerKind: view.kind,
      attempt,
      backoffMs,
      postStart: view.spec.lifecycle?.postStart !== undefined,
    });
    // Should the start fail again, the status keeps the reason until it succeeds.
    if (problem !== undefined) this.#waiting.set(view.spec.name, problem);
  }

  /** Of the current definition: what was wrong with another one says nothing about this one. */
  #problem({ spec }: ContainerView): StartProblem | undefined {
    const problem = this.#input.problems.get(spec.name);
    return problem?.specHash === undefined || problem.specHash === containerHash(spec) ? problem : undefined;
  }

  #wait(view: ContainerView, until: number, { reason, message }: WaitingReason): void {
    this.#waiting.set(view.spec.name, { reason, message });
    this.#wakeAt = Math.min(this.#wakeAt, until);
  }

  /** Source: kubelet computePodActions; for sidecars computeInitContainerActions, which promises nothing. */
  #killFailed(view: ContainerView, record: ObservedContainer, failed: 'startup' | 'liveness'): void {
    const restarts = view.kind === 'app' && view.restartPolicy !== 'Never' ? ', will be restarted' : '';
    const probe = failed === 'startup' ? view.spec.startupProbe : view.spec.livenessProbe;
    const message = `${describe(view)} failed ${failed} probe${restarts}`;
    this.#kill(view, record, message, probe?.terminationGracePeriodSeconds);
  }

  #kill(view: ContainerView, record: ObservedContainer, message: string, ownGraceSeconds?: number): void {
    const { now, pod, preStops = new Map<string, number>() } = this.#input;
    // Not less than nothing when the clock was set back since.
    const usedSeconds = Math.max(0, Math.floor((now - (preStops.get(record.id) ?? now)) / 1000));
    const granted = ownGraceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    const graceSeconds = Math.max(0, granted - usedSeconds);
    this.#actions.push(killOf(record, view.spec, { graceSeconds, preStops, message }));
  }
}

const describe = (view: ContainerView): string =>
  view.kind === 'app' ? `Container ${view.spec.name}` : `Init container ${view.spec.name}`;
