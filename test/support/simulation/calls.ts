import { EngineError, Outdated } from './engine.js';
import type { World } from './world.js';

/** The agent's process is gone. */
export class Crashed extends Error {}
/** The engine did not answer: nobody knows what became of the call. */
export class Unanswered extends Error {}
/** A deletion came: the round is given up. */
export class Preempted extends Error {}

const CALL_MS = 2;

/** Whose calls they are. */
export interface Caller {
  readonly preempted: boolean;
}

/** The calls of one life of the agent to the engine, and the time that passes in the middle of a round. */
export class Calls {
  readonly #world: World;
  readonly #caller: Caller;

  constructor(world: World, caller: Caller) {
    this.#world = world;
    this.#caller = caller;
  }

  /**
   * One call: whatever the schedule has for it happens to it.
   *
   * @param late what an engine does that comes to it when the caller has long gone on
   */
  call<T>(effect: () => T, late: () => unknown = effect): T {
    const world = this.#world;
    this.pass(world.now + CALL_MS);
    if (world.hangsUntil > world.now) throw new Unanswered();
    const fault = world.takeFault();
    if (fault !== undefined) world.count(fault.what);
    switch (fault?.what) {
      case undefined:
        return effect();
      case 'crash before':
        throw new Crashed();
      case 'crash after':
        attempt(effect);
        throw new Crashed();
      case 'reply lost':
        attempt(effect);
        throw new Unanswered();
      case 'done late':
        world.later(fault.which * 20_000, () => attempt(late));
        throw new Unanswered();
      default:
        throw new EngineError('the engine will not do it');
    }
  }

  pass(until: number, done?: () => boolean): void {
    const world = this.#world;
    const isOver = (): boolean => this.#caller.preempted || world.agent !== this.#caller || done?.() === true;
    world.pass(until, isOver);
    if (world.agent !== this.#caller) throw new Crashed();
    if (this.#caller.preempted) throw new Preempted();
  }
}

function attempt(effect: () => unknown): void {
  try {
    effect();
  } catch (error) {
    if (!(error instanceof EngineError || error instanceof Outdated)) throw error;
  }
}
