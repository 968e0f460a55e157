import type { ContainerStateTerminated, ContainerStatus, PodStatus } from '../../../src/api/schema/pod-status.js';
import type { Pod } from '../../../src/api/schema/pod.js';
import type { PodPlan } from '../../../src/kubelet/core/plan/pod-action.js';
import type { SyncInput } from '../../../src/kubelet/core/plan/sync-input.js';
import type { ObservedContainer } from '../../../src/runtime/observed.js';
import type { SimContainer } from './engine.js';
import type { World } from './world.js';

const SANDBOX_READY = 'PodReadyToStartContainers';

/** What may be published, whatever happens. */
export class StatusRules {
  readonly #world: World;
  readonly #restartCounts = new Map<string, number>();
  /** By container id: what was published of it. */
  readonly #known = new Map<string, 'run' | 'end'>();
  /** By container id: how it really ended, each time. */
  readonly #ends = new Map<string, Set<number>>();
  /** Somebody removed records, whose times are cut to seconds in the status, or started one again. */
  meddled = false;
  #terminalPhase: string | undefined;
  #sandboxOfLast: string | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** @param allNew is called when all containers of the pod begin anew */
  published(input: SyncInput, plan: PodPlan, status: PodStatus, allNew: () => void): void {
    const before = input.pod.status;
    this.#checkPhase(input, before, status);
    this.#checkConditions(input, before, status);
    this.#checkRestartOfAll(input, before, status, allNew);
    for (const { exitCode, id, state } of input.observed.containers) {
      if (state === 'exited' && exitCode !== undefined) this.#endsOf(id).add(exitCode);
    }
    // What was published of what is being taken away stands until all of it is.
    const restartingAll = isRestartingAll(status);
    for (const one of allStatuses(status)) this.#checkContainer(input, plan, one, restartingAll);
    const { containerStatuses = [], ephemeralContainerStatuses = [] } = status;
    for (const { name, ready } of containerStatuses.concat(ephemeralContainerStatuses)) {
      if (!ready) continue;
      const runs = input.observed.containers.some((one) => one.name === name && one.state === 'running');
      if (!runs) this.#world.rules.fail(16, `${name} is published as ready and does not run`);
    }
    const { instance } = input.observed.sandboxes.find(({ ready }) => ready) ?? {};
    this.#sandboxOfLast = instance ?? this.#sandboxOfLast;
  }

  /** What anybody can know of an instance whose record is gone: nothing, that it ran, or how it ended. */
  known(id: string): 'run' | 'end' | undefined {
    return this.#known.get(id);
  }

  /** Is it the one that was last published? */
  isPublished({ id, name }: SimContainer): boolean {
    const status = allStatuses(this.#world.pod.status ?? {}).find((one) => one.name === name);
    return status?.containerID === `docker://${id}`;
  }

  /** A later instance was published: this one is not the newest, although no other record is left. */
  isOutdated({ status }: Pod, { attempt, name }: ObservedContainer): boolean {
    return allStatuses(status ?? {}).some((one) => one.name === name && one.restartCount > attempt);
  }

  #checkPhase({ observed, pod }: SyncInput, before: PodStatus | undefined, status: PodStatus): void {
    const { rules } = this.#world;
    const { phase = '' } = status;
    if (this.#terminalPhase !== undefined && phase !== this.#terminalPhase)
      rules.fail(15, `phase ${this.#terminalPhase} became ${phase}`);
    if (before?.phase === 'Running' && phase === 'Pending' && this.#isSameSandbox(observed) && !isRestartingAll(status))
      rules.fail(15, 'Running became Pending in the same sandbox');
    if (phase === 'Succeeded' || phase === 'Failed') {
      if (this.#terminalPhase === undefined) this.#world.count(`phase ${phase}`);
      this.#terminalPhase = phase;
      const running = observed.containers.find(({ state }) => state === 'running');
      if (running !== undefined && before?.phase !== phase) rules.fail(15, `${phase} while ${running.id} runs`);
      if (status.reason === 'DeadlineExceeded' && pod.spec.activeDeadlineSeconds === undefined)
        rules.fail(17, 'a deadline was exceeded that is not there');
      if (status.reason === 'DeadlineExceeded') this.#world.count('deadline');
    }
  }

  #checkConditions({ observed, pod, probes }: SyncInput, before: PodStatus | undefined, status: PodStatus): void {
    const { rules } = this.#world;
    for (const { lastTransitionTime, status: is, type } of status.conditions ?? []) {
      const old = before?.conditions?.find((condition) => condition.type === type);
      if (old === undefined) continue;
      if (old.lastTransitionTime !== lastTransitionTime && old.status === is)
        rules.fail(16, `${type}: transition time moved without a transition`);
      const restarts = status.conditions?.some((other) => other.type === 'AllContainersRestarting');
      if (type === 'Initialized' && !this.meddled && old.status === 'True' && is === 'False' && restarts !== true) {
        const sidecars = pod.spec.initContainers?.some(({ restartPolicy }) => restartPolicy === 'Always') === true;
        // While everything of an earlier one is being stopped what was said of that stands.
        const wasAtHome =
          before?.conditions?.some((one) => one.type === SANDBOX_READY && one.status === 'True') === true;
        const isSame = wasAtHome && this.#isSameSandbox(observed) && this.#terminalPhase === undefined;
        // A sidecar may end before the first app starts.
        if (isSame && (!sidecars || rules.order.hadAppIn(this.#sandboxOfLast ?? '')))
          rules.fail(15, 'Initialized was taken back in the same sandbox');
      }
    }
    const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    if (!ready) return;
    this.#world.count('ready');
    if (this.#terminalPhase !== undefined) rules.fail(16, `Ready in a pod that is ${this.#terminalPhase}`);
    for (const { name, readinessProbe, startupProbe } of pod.spec.containers) {
      const running = observed.containers.find((container) => container.name === name && container.state === 'running');
      if (running === undefined) return rules.fail(16, `Ready although ${name} does not run`);
      const { readiness, startup } = probes?.get(running.id) ?? {};
      if (readinessProbe !== undefined && readiness === 'failure') rules.fail(16, `Ready although ${name} is not`);
      if (startupProbe !== undefined && startup === 'failure') rules.fail(16, `Ready although ${name} did not start`);
    }
  }

  #isSameSandbox({ sandboxes: [newest] }: SyncInput['observed']): boolean {
    return newest?.ready === true && newest.instance === this.#sandboxOfLast;
  }

  /** Every published value is explained by a fact, and what is unknown is called so. */
  #checkContainer({ observed }: SyncInput, plan: PodPlan, one: ContainerStatus, restartingAll: boolean): void {
    const { rules } = this.#world;
    const { containerID, lastState, name, restartCount, state } = one;
    if (restartCount < (this.#restartCounts.get(name) ?? 0)) rules.fail(15, `restartCount of ${name} fell`);
    this.#restartCounts.set(name, restartCount);
    if (state?.running !== undefined) this.#known.set(idOf(containerID ?? ''), 'run');
    this.#checkEnd(name, state?.terminated);
    this.#checkEnd(name, lastState?.terminated);
    if (state?.running !== undefined && !restartingAll) {
      const record = observed.containers.find(({ id }) => `docker://${id}` === containerID);
      if (record === undefined || (record.state !== 'running' && record.state !== 'unknown'))
        rules.fail(17, `${name} is published as running and does not`);
    }
    if (state?.waiting?.reason !== 'CrashLoopBackOff') return;
    this.#world.count('crash loop');
    // What is being taken away is what it was.
    const isGoing = observed.containers.some(
      ({ id, state: is }) => `docker://${id}` === containerID && is === 'unknown',
    );
    if (!plan.waiting.has(name) && !isGoing && !restartingAll)
      rules.fail(17, `${name} is published to wait for a back-off and does not`);
  }

  #checkEnd(name: string, terminated: ContainerStateTerminated | undefined): void {
    if (terminated?.containerID === undefined) return;
    const id = idOf(terminated.containerID);
    this.#known.set(id, 'end');
    if (this.#ends.get(id)?.has(terminated.exitCode) !== true)
      this.#world.rules.fail(17, `${name} is published to have ended with ${terminated.exitCode}`);
  }

  #endsOf(id: string): Set<number> {
    const known = this.#ends.get(id);
    if (known !== undefined) return known;
    const ends = new Set<number>();
    this.#ends.set(id, ends);
    return ends;
  }

  /** It begins only because a rule says so, and is over only when nothing of what was is left; then all is as if new. */
  #checkRestartOfAll({ observed }: SyncInput, before: PodStatus | undefined, now: PodStatus, allNew: () => void): void {
    const { rules } = this.#world;
    const here = observed.containers.filter(({ kind }) => kind !== 'ephemeral');
    if (isRestartingAll(now) && !isRestartingAll(before)) {
      const cause = here.some(
        ({ exitCode, name, state }) =>
          state === 'exited' && rules.ruleAction(name, exitCode) === 'RestartAllContainers',
      );
      if (!cause) rules.fail(8, 'all containers were to start anew, and no rule says so');
    }
    if (!isRestartingAll(before) || isRestartingAll(now)) return;
    if (here.length > 0) rules.fail(9, 'all containers started anew while something was left of the old ones');
    allNew();
    this.#world.count('restart of all');
  }
}

const idOf = (containerID: string): string => containerID.slice('docker://'.length);

const isRestartingAll = (status: PodStatus | undefined): boolean =>
  status?.conditions?.some((one) => one.type === 'AllContainersRestarting' && one.status === 'True') === true;

const allStatuses = ({
  containerStatuses = [],
  ephemeralContainerStatuses = [],
  initContainerStatuses = [],
}: PodStatus): ContainerStatus[] => containerStatuses.concat(initContainerStatuses, ephemeralContainerStatuses);
