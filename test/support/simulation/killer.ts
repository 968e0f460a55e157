import type { PodAction } from '../../../src/kubelet/core/plan/pod-action.js';
import { stopSeconds } from '../../../src/kubelet/core/plan/stop-grace.js';
import type { Calls } from './calls.js';
import type { SimContainer } from './engine.js';
import type { World } from './world.js';

export type Kill = Extract<PodAction, { kind: 'killContainer' }>;

const LONG_MS = 3_600_000;

/** As src/kubelet/container-killer.ts: hook, waiting for those that go first, stop signal; all within one grace. */
export class Killer {
  readonly #world: World;
  readonly #calls: Calls;
  /** When the preStop hooks that this agent runs will have ended, by container id. */
  readonly #hooks = new Map<string, number>();

  constructor(world: World, calls: Calls) {
    this.#world = world;
    this.#calls = calls;
  }

  /** Returns when all of them are dead. */
  kill(kills: readonly Kill[]): void {
    const world = this.#world;
    const begun = world.now;
    const signalled = new Set<string>();
    for (const { id, preStop } of kills) {
      const container = world.engine.find(id);
      if (preStop && container !== undefined) this.#beginPreStop(container);
    }
    // One that somebody started again has been dead all the same.
    const starts = new Map(kills.map(({ id }) => [id, world.engine.find(id)?.startedTrue]));
    const gone = new Set<string>();
    const isDead = (id: string): boolean => {
      const container = world.engine.find(id);
      if (container?.state !== 'running' || container.startedTrue !== starts.get(id)) gone.add(id);
      return gone.has(id);
    };
    const mayGo = ({ after, graceSeconds, id }: Kill): boolean => {
      if (world.now >= begun + graceSeconds * 1_000) return true;
      if ((this.#hooks.get(id) ?? 0) > world.now) return false;
      return after.every((other) => isDead(other) || !kills.some((kill) => kill.id === other));
    };
    for (;;) {
      const alive = kills.filter(({ id }) => !isDead(id)).length;
      if (alive === 0) break;
      const fewer = (): boolean => kills.filter(({ id }) => !isDead(id)).length < alive;
      for (const kill of kills) {
        if (signalled.has(kill.id) || isDead(kill.id) || !mayGo(kill)) continue;
        signalled.add(kill.id);
        const seconds = stopSeconds(kill.graceSeconds, world.now - begun);
        const container = world.engine.find(kill.id);
        if (container === undefined) continue;
        world.rules.stop.stops(container, kill, seconds);
        this.#calls.call(() => world.engine.stop(container, seconds));
      }
      const due = kills
        .filter(({ id }) => !signalled.has(id))
        .flatMap(({ graceSeconds, id }) => [begun + graceSeconds * 1_000, this.#hooks.get(id) ?? Infinity])
        .filter((at) => at > world.now);
      if (!fewer()) this.#calls.pass(Math.min(...due, world.now + LONG_MS), fewer);
    }
    for (const { id } of kills) this.#hooks.delete(id);
  }

  #beginPreStop(container: SimContainer): void {
    const { now, preStops, rules, wall } = this.#world;
    rules.stop.beginsPreStop(container);
    preStops.set(container.id, wall);
    this.#hooks.set(container.id, now + container.life.preStopMs);
  }
}
