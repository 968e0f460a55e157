import { containerHash } from '../../../src/api/hash.js';
import type { Container } from '../../../src/api/schema/pod.js';
import type { StartAction } from '../../../src/kubelet/core/plan/first-starts.js';
import { cpuAndMemory } from '../../../src/kubelet/core/spec/resources.js';
import { currentSandbox } from '../../../src/kubelet/core/view/sandbox-view.js';
import type { StartProblem } from '../../../src/kubelet/core/plan/sync-input.js';
import { SYNC_RETRY_MS } from '../../../src/options.js';
import type { ObservedPod } from '../../../src/runtime/observed.js';
import type { Calls } from './calls.js';
import { EngineError, type Creation, type SimContainer, type SimSandbox } from './engine.js';
import type { Killer } from './killer.js';
import { specOf } from './spec.js';
import type { World } from './world.js';

const POST_START_MS = 1_000;
const NO_PROBLEMS: ReadonlyMap<string, StartProblem> = new Map();

/** As src/kubelet/container-starter.ts: image, create, start, postStart. */
export class Starter {
  /** As long as they are to be waited for, whoever sets the clock. */
  readonly #problems = new Map<string, StartProblem>();
  readonly #world: World;
  readonly #calls: Calls;
  readonly #killer: Killer;
  /** Ids of what was made while the sandbox was only starting. */
  readonly #prepared = new Set<string>();

  constructor(world: World, calls: Calls, killer: Killer) {
    this.#world = world;
    this.#calls = calls;
    this.#killer = killer;
  }

  problems(): ReadonlyMap<string, StartProblem> {
    if (this.#problems.size === 0) return NO_PROBLEMS;
    const ahead = this.#world.wall - this.#world.now;
    return new Map([...this.#problems].map(([name, one]) => [name, { ...one, retryAt: one.retryAt + ahead }]));
  }

  start(action: StartAction, observed: ObservedPod): void {
    const world = this.#world;
    const { engine, pod, rules } = world;
    const sandbox = currentSandbox(observed);
    const spec = specOf(pod, action.name);
    if (sandbox === undefined || spec === undefined) return;
    rules.creates(action.name);
    const creation = this.#creation(action, spec, { label: sandbox.instance, sandboxId: sandbox.id });
    let container = this.#preparedFor(creation, observed);
    try {
      if (container === undefined) {
        rules.replaces(creation);
        container = this.#create(creation);
      } else world.count('made in advance');
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      world.count('creation fails');
      this.#fail(action.name, 'CreateContainerError', world.now + SYNC_RETRY_MS);
      return;
    }
    const created = container;
    const start = (): void => {
      if (engine.find(created.id) === undefined) throw new EngineError('it is gone');
      if (created.state !== 'running') rules.starts(created, action, sandbox.instance);
      try {
        engine.start(created);
      } finally {
        if (created.state === 'exited') rules.ended(created, created.exitCode ?? 0);
      }
      world.started(created);
    };
    try {
      this.#calls.call(start, () => {
        if (created.state === 'created') start();
      });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.#fail(action.name, 'RunContainerError', 0);
      return;
    }
    if (spec.lifecycle?.postStart !== undefined && !this.#postStart(spec, container, action))
      this.#fail(action.name, 'PostStartHookError', 0);
    else this.#problems.delete(action.name);
  }

  /** Made while the sandbox is only starting; what fails is met again at the start. */
  prepare(action: StartAction, { id: sandboxId }: SimSandbox): void {
    const spec = specOf(this.#world.pod, action.name);
    if (spec === undefined) return;
    this.#world.rules.creates(action.name);
    try {
      this.#prepared.add(this.#create(this.#creation(action, spec, { label: sandboxId, sandboxId })).id);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }

  #creation(
    { attempt: planned, backoffMs, containerKind: kind, name }: StartAction,
    spec: Container,
    where: Pick<Creation, 'label' | 'sandboxId'>,
  ): Creation {
    const attempt = planned === 0 ? this.#world.attemptFromLogs(name) : planned;
    const resources = cpuAndMemory(this.#world.pod, spec);
    return { spec, kind, attempt, backoffMs, resources, life: this.#world.life(name, attempt), ...where };
  }

  #create(creation: Creation): SimContainer {
    const { engine } = this.#world;
    const { attempt, spec } = creation;
    return this.#calls.call(
      () => engine.create(creation),
      () => {
        if (!engine.isTaken(spec.name, attempt)) engine.create(creation);
      },
    );
  }

  #preparedFor({ attempt, label, spec }: Creation, observed: ObservedPod): SimContainer | undefined {
    const record = observed.containers.find(
      (one) =>
        one.state === 'created' &&
        one.name === spec.name &&
        one.attempt === attempt &&
        one.specHash === containerHash(spec) &&
        one.sandboxInstance === label,
    );
    return record !== undefined && this.#prepared.delete(record.id) ? this.#world.engine.find(record.id) : undefined;
  }

  #fail(name: string, reason: string, retryAt: number): void {
    this.#problems.set(name, { reason, message: 'no', retryAt });
  }

  /** One whose hook fails is killed within the start. */
  #postStart(spec: Container, container: SimContainer, { containerKind }: StartAction): boolean {
    this.#calls.pass(this.#world.now + POST_START_MS);
    if (!container.life.postStartFails || container.state !== 'running') return true;
    this.#world.count('postStart fails');
    const { terminationGracePeriodSeconds: graceSeconds = 30 } = this.#world.pod.spec;
    const preStop = spec.lifecycle?.preStop !== undefined && graceSeconds > 0;
    const { id, name } = container;
    this.#killer.kill([
      { kind: 'killContainer', id, name, containerKind, graceSeconds, message: '', preStop, after: [] },
    ]);
    return false;
  }
}
