import type { Container } from '../../../src/api/schema/pod.js';
import type { ContainerKind } from '../../../src/runtime/observed.js';
import type { SimContainer } from './engine.js';
import { TOO_LATE_MS } from './workload.js';
import type { World } from './world.js';

/** One run of a container in a sandbox instance, by the true clock. */
interface Run {
  readonly id: string;
  readonly name: string;
  readonly sandboxInstance: string;
  readonly startedAt: number;
  /** So long after the start its startup probe succeeds. */
  readonly startedMs: number;
  endedAt: number;
  succeeded: boolean;
}

/** What comes after what within one sandbox: rules 3 and 4. */
export class OrderRules {
  readonly #world: World;
  readonly runs: Run[] = [];
  /** Sandbox instances in which an app ran. */
  readonly #appStartedIn = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  begun({ id, kind, life, name, sandboxInstance }: SimContainer): void {
    const { startedMs } = life;
    const { now: startedAt } = this.#world;
    this.runs.push({ id, name, sandboxInstance, startedAt, startedMs, endedAt: Infinity, succeeded: false });
    if (kind === 'app') this.#appStartedIn.add(sandboxInstance);
  }

  ended({ id, oomKilled }: SimContainer, exitCode: number): void {
    const run = this.runs.findLast((one) => one.id === id);
    if (run === undefined || run.endedAt !== Infinity) return;
    run.endedAt = this.#world.now;
    run.succeeded = exitCode === 0 && !oomKilled;
  }

  hadAppIn(sandboxInstance: string): boolean {
    return this.#appStartedIn.has(sandboxInstance);
  }

  allNew(): void {
    this.runs.length = 0;
    this.#appStartedIn.clear();
  }

  /** What comes next only after each init before it has ended with 0 in this sandbox, and each sidecar was started in it. */
  check(name: string, kind: ContainerKind, sandboxInstance: string): void {
    const { pod, rules, steppedAt } = this.#world;
    if (kind === 'ephemeral') return;
    // Whose record is gone is known by its status only, and that by a clock which was set since.
    if (rules.status.meddled && (steppedAt > -Infinity || this.#isSecondOfAnother(sandboxInstance))) return;
    // Of what somebody started in an earlier one the time says that it was in this one.
    if (this.runs.some((run) => run.sandboxInstance !== sandboxInstance && rules.byHand.has(run.id))) return;
    const inits = pod.spec.initContainers ?? [];
    if (this.hadAppIn(sandboxInstance)) {
      // That of one which somebody started again may be all that is known of it, and no success.
      const again = this.runs.some((run) => run.name === name && rules.byHand.has(run.id));
      if (kind === 'init' && !again) rules.fail(4, `init ${name} ran under a started app`);
      return;
    }
    const own = inits.findIndex((init) => init.name === name);
    for (const init of own === -1 ? inits : inits.slice(0, own)) {
      if (this.isDone(init, sandboxInstance)) continue;
      rules.fail(3, `${name} was started before ${init.name} had done its part`);
    }
  }

  /** Has it done its part for the next one, at whatever time since this sandbox began? */
  isDone({ name, restartPolicy, startupProbe }: Container, sandboxInstance: string): boolean {
    const here = this.runs.filter((run) => run.name === name && run.sandboxInstance === sandboxInstance);
    if (restartPolicy !== 'Always') return here.some(({ succeeded }) => succeeded);
    return here.some((run) => startupProbe === undefined || this.#hadStarted(run));
  }

  /** Times in a status are whole seconds: what started in the second of this sandbox may have been in it. */
  #isSecondOfAnother(sandboxInstance: string): boolean {
    const { engine, now, wall } = this.#world;
    const { startedAt = 0 } = engine.sandboxes.find(({ instance }) => instance === sandboxInstance) ?? {};
    const second = Math.floor((startedAt - wall + now) / 1_000);
    return this.runs.some(
      (run) => run.sandboxInstance !== sandboxInstance && Math.floor(run.startedAt / 1_000) === second,
    );
  }

  /** Did its startup probe have the time to succeed? */
  #hadStarted({ endedAt, startedAt, startedMs }: Run): boolean {
    return startedMs < TOO_LATE_MS && Math.min(endedAt, this.#world.now) - startedAt >= startedMs;
  }
}
