import { containerHash } from '../../../src/api/hash.js';
import type { Container } from '../../../src/api/schema/pod.js';
import type { ContainerKind, ObservedContainer, ObservedPod, ObservedSandbox } from '../../../src/runtime/observed.js';
import type { ResourceSettings } from '../../../src/runtime/resource-settings.js';
import type { Life } from './workload.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Of one that did not come that far they are undefined: what is always there is quick to find. */
type Unless = 'exitCode' | 'finishedAt' | 'startedAt';

export type SimContainer = Omit<Mutable<ObservedContainer>, Unless> & {
  [K in Unless]: number | undefined;
} & {
  readonly life: Life;
  /** What it was made for: a sandbox instance, or a sandbox that did not run yet. `sandboxInstance` is what it joined. */
  readonly label: string;
  /** True times, which no clock step touches. */
  createdTrue: number;
  startedTrue: number;
  endedTrue: number;
  endsAt: number;
  endsWith: number;
};
export type SimSandbox = Mutable<ObservedSandbox>;

/** Time as it is, and as the machine's clock shows it. */
export interface SimClock {
  readonly now: number;
  readonly wall: number;
}

export class EngineError extends Error {}
/** It shows something that the caller cannot have known: no answer to act on. */
export class Outdated extends Error {}

/** What is needed to make one. */
export interface Creation {
  readonly spec: Container;
  readonly kind: ContainerKind;
  readonly attempt: number;
  readonly backoffMs: number;
  /** The instance, or the id of one that does not run yet. */
  readonly label: string;
  readonly sandboxId: string;
  readonly resources: ResourceSettings;
  readonly life: Life;
}

/**
 * What Docker does with the containers of one pod, as far as the agent's runtime shows it. Names are taken, what was made
 * stays, a stop takes its time, a restarted sandbox is another instance; facts from docker-engine-facts, §2 of
 * failure-modes and src/docker.
 */
export class SimEngine {
  containers: SimContainer[] = [];
  sandboxes: SimSandbox[] = [];
  readonly #clock: SimClock;
  readonly #uid: string;
  #serial = 0;

  constructor(uid: string, clock: SimClock) {
    this.#uid = uid;
    this.#clock = clock;
  }

  observe(): ObservedPod {
    return {
      uid: this.#uid,
      namespace: 'default',
      name: 'web',
      containers: this.containers.map((container) => this.#shown(container)).sort(byAttempt),
      sandboxes: this.sandboxes.map((sandbox) => ({ ...sandbox })).sort(byAttempt),
    };
  }

  /** What was made in advance and not started will join what runs then. */
  #shown(container: SimContainer): ObservedContainer {
    const { attempt, backoffMs, createdAt, id, image, imageId, kind, name, oomKilled, paused, pid } = container;
    const { exitCode, finishedAt, label, resources, sandboxInstance, specHash, startedAt, state } = container;
    const shown: Mutable<ObservedContainer> = {
      id,
      name,
      kind,
      attempt,
      specHash,
      image,
      imageId,
      backoffMs,
      createdAt,
      state,
      paused,
      oomKilled,
      pid,
      sandboxInstance,
    };
    if (resources !== undefined) shown.resources = resources;
    if (startedAt !== undefined) shown.startedAt = startedAt;
    if (finishedAt !== undefined) shown.finishedAt = finishedAt;
    if (exitCode !== undefined) shown.exitCode = exitCode;
    if (state === 'created') {
      const sandbox = this.sandboxes.find((one) => one.id === label);
      if (sandbox !== undefined) shown.sandboxInstance = sandbox.instance;
    }
    return shown;
  }

  find(id: string): SimContainer | undefined {
    return this.containers.find((container) => container.id === id);
  }

  live(): SimContainer[] {
    return this.containers.filter(({ state }) => state === 'running' || state === 'unknown');
  }

  isTaken(name: string, attempt: number): boolean {
    return this.containers.some((container) => container.name === name && container.attempt === attempt);
  }

  createSandbox(attempt: number, hostNetwork: boolean): SimSandbox {
    const holder = this.sandboxes.find((sandbox) => sandbox.attempt === attempt);
    if (holder !== undefined && (holder.ready || holder.created)) return holder;
    this.sandboxes = this.sandboxes.filter((sandbox) => sandbox !== holder);
    const id = this.#id('sandbox', attempt);
    const sandbox: SimSandbox = {
      id,
      instance: '',
      attempt,
      specHash: this.#uid,
      ready: false,
      created: true,
      hostNetwork,
      createdAt: this.#clock.wall,
      ips: [],
      pid: 0,
    };
    this.sandboxes.push(sandbox);
    return sandbox;
  }

  startSandbox(sandbox: SimSandbox): void {
    if (sandbox.ready) return;
    this.#serial += 1;
    Object.assign(sandbox, {
      instance: `${sandbox.id}@${this.#serial}`,
      ready: true,
      created: false,
      startedAt: this.#clock.wall,
      ips: sandbox.hostNetwork ? [] : [`10.0.0.${this.#serial}`],
      pid: 1,
    });
  }

  stopSandbox(sandbox: SimSandbox): void {
    Object.assign(sandbox, { ready: false, ips: [], pid: 0, created: false });
  }

  /** As the runtime does it: one's own of that name is used when it has not ended, and removed otherwise. */
  create({ attempt, backoffMs, kind, label, life, resources, sandboxId, spec }: Creation): SimContainer {
    const specHash = containerHash(spec);
    const holder = this.containers.find((other) => other.name === spec.name && other.attempt === attempt);
    if (holder !== undefined) {
      const isSame = holder.specHash === specHash && [label, sandboxId].includes(holder.label);
      if (holder.state === 'exited' || (holder.state === 'running' && !isSame)) throw new Outdated();
      if (isSame && (holder.state === 'running' || holder.state === 'created')) return holder;
      this.remove(holder);
    }
    const container: SimContainer = {
      id: this.#id(spec.name, attempt),
      name: spec.name,
      kind,
      attempt,
      specHash,
      state: 'created',
      paused: false,
      createdAt: this.#clock.wall,
      startedAt: undefined,
      finishedAt: undefined,
      exitCode: undefined,
      oomKilled: false,
      image: spec.image,
      imageId: 'docker://sha256:1',
      backoffMs,
      sandboxInstance: label,
      pid: 0,
      resources,
      life,
      label,
      createdTrue: this.#clock.now,
      startedTrue: this.#clock.now,
      endedTrue: this.#clock.now,
      endsAt: Infinity,
      endsWith: 0,
    };
    this.containers.push(container);
    return container;
  }

  /** One that could not be started shows it as its end, without ever having run. */
  start(container: SimContainer): void {
    if (container.state === 'running') return;
    const joined = this.sandboxOf(container);
    const { life } = container;
    if (joined === undefined || life.startFails) {
      const { createdAt: finishedAt } = container;
      Object.assign(container, { state: 'exited', exitCode: 128, finishedAt, endedTrue: this.#clock.now });
      throw new EngineError('cannot start it');
    }
    const { now, wall: startedAt } = this.#clock;
    Object.assign(container, {
      state: 'running',
      startedAt,
      startedTrue: now,
      pid: 2,
      oomKilled: false,
      finishedAt: undefined,
      exitCode: undefined,
      endsAt: now + life.runsMs,
      endsWith: life.exitCode,
      sandboxInstance: joined.id === container.label ? joined.instance : container.sandboxInstance,
    });
  }

  /** The running sandbox that it joins when it is started. */
  sandboxOf({ label }: SimContainer): SimSandbox | undefined {
    return this.sandboxes.find(({ id, ready }) => ready && (label === id || label.startsWith(`${id}@`)));
  }

  /** Stop signal now, SIGKILL after so many seconds at the latest; an earlier stop that is still on goes on. */
  stop(container: SimContainer, seconds: number): void {
    if (container.state !== 'running') return;
    const { now } = this.#clock;
    const { stopsMs } = container.life;
    const inMs = Math.min(stopsMs, seconds * 1_000);
    container.paused = false;
    if (now + inMs >= container.endsAt) return;
    Object.assign(container, { endsAt: now + inMs, endsWith: stopsMs <= seconds * 1_000 ? 143 : 137 });
  }

  /** Only of one that runs. */
  update(id: string, resources: ResourceSettings): void {
    const container = this.find(id);
    if (container?.state !== 'running') throw new EngineError('it does not run');
    container.resources = { ...container.resources, ...resources };
  }

  end(container: SimContainer, exitCode: number, oomKilled = false): void {
    if (container.state !== 'running') return;
    const finishedAt = Math.max(this.#clock.wall, container.startedAt ?? 0);
    const { now: endedTrue } = this.#clock;
    Object.assign(container, {
      state: 'exited',
      exitCode,
      oomKilled,
      paused: false,
      pid: 0,
      finishedAt,
      endedTrue,
      endsAt: Infinity,
    });
  }

  remove(container: SimContainer): void {
    this.containers = this.containers.filter((other) => other !== container);
  }

  removeSandbox(id: string): void {
    this.sandboxes = this.sandboxes.filter((sandbox) => sandbox.id !== id);
  }

  #id(name: string, attempt: number): string {
    this.#serial += 1;
    return `${name}-${attempt}-${this.#serial}`;
  }
}

const byAttempt = <T extends { attempt: number }>(a: T, b: T): number => b.attempt - a.attempt;
