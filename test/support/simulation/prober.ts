import type { ProbeKind, ProbeResult, ProbeSnapshot } from '../../../src/kubelet/core/probes/probe-state.js';
import type { ProbeTarget } from '../../../src/kubelet/core/probes/probe-targets.js';
import type { SimContainer } from './engine.js';
import { TOO_LATE_MS } from './workload.js';
import type { World } from './world.js';

/** A new agent has found out within this what its probes say. */
export const ADOPTION_MS = 1_000;

interface Known {
  readonly startedTrue: number;
  readonly results: Partial<Record<ProbeKind, ProbeResult>>;
}

/** What the probes of one life of the agent have found out. Only what the core wants to be probed is. */
export class Prober {
  readonly #world: World;
  readonly #bornAt: number;
  /** By container id; of one start of it. */
  readonly #known = new Map<string, Known>();
  /** Kind and container id, with the start that is meant and since when it is probed. */
  #tracked = new Map<string, { readonly target: ProbeTarget; readonly since: number }>();

  constructor(world: World, bornAt: number) {
    this.#world = world;
    this.#bornAt = bornAt;
  }

  /** From now on these are probed, and nothing else is. */
  track(targets: readonly ProbeTarget[]): void {
    if (targets.length === 0 && this.#tracked.size === 0) return;
    const world = this.#world;
    const before = this.#tracked;
    this.#tracked = new Map();
    for (const target of targets) {
      const key = `${target.kind} ${target.containerId} ${target.startedAt}`;
      const old = before.get(key);
      this.#tracked.set(key, { target, since: old?.since ?? world.now });
      if (old !== undefined) continue;
      const container = world.engine.find(target.containerId);
      if (container === undefined) continue;
      for (const at of this.#turns(target.kind, container)) {
        if (at < Infinity) world.later(Math.max(0, at - world.now), () => world.changed());
      }
    }
  }

  snapshot(): ProbeSnapshot {
    for (const { target } of this.#tracked.values()) this.#probe(target);
    const snapshot = new Map<string, Known['results']>();
    for (const [id, { results }] of this.#known) snapshot.set(id, { ...results });
    return snapshot;
  }

  #probe({ containerId, kind, startedAt }: ProbeTarget): void {
    const { now, rules } = this.#world;
    const container = this.#world.engine.find(containerId);
    // Of a later start it is not said, and nobody asks one that is paused or gone.
    if (container?.state !== 'running' || container.startedAt !== startedAt || container.paused) return;
    const { startedTrue } = container;
    let known = this.#known.get(containerId);
    if (known?.startedTrue !== startedTrue) {
      known = { startedTrue, results: {} };
      this.#known.set(containerId, known);
    }
    const [good, bad] = this.#turns(kind, container);
    const result = now >= bad ? 'failure' : now >= good ? 'success' : undefined;
    // A startup probe is over when it has succeeded, and what failed for good is killed.
    if (result === undefined || (known.results[kind] !== undefined && kind === 'startup')) return;
    if (kind === 'liveness' && known.results.liveness === 'failure') return;
    rules.probes.found(container, kind);
    known.results[kind] = result;
  }

  /** When it succeeds, and from when on it fails. */
  #turns(kind: ProbeKind, { life, startedTrue }: SimContainer): readonly [good: number, bad: number] {
    const at = (ms: number): number => Math.max(startedTrue + ms, this.#bornAt + ADOPTION_MS);
    switch (kind) {
      case 'startup':
        return life.startedMs >= TOO_LATE_MS ? [Infinity, at(life.startedMs)] : [at(life.startedMs), Infinity];
      case 'readiness':
        return [at(life.readyMs), at(life.unreadyMs)];
      case 'liveness':
        return [at(ADOPTION_MS), at(life.sickMs)];
    }
  }
}
