import type { PodAction } from './core/plan/pod-action.js';

/** One executor per kind. Adding a kind without one does not compile. */
export type Executors = {
  readonly [K in PodAction['kind']]: (action: Extract<PodAction, { kind: K }>, signal: AbortSignal) => Promise<void>;
};

/**
 * Does what was decided, in order; neighbours of one kind side by side: all containers of a stage stop, start or go
 * together. The first error ends it, and the next round decides anew from what is there then.
 */
export async function execute(actions: readonly PodAction[], executors: Executors, signal: AbortSignal): Promise<void> {
  for (let next = 0; next < actions.length;) {
    signal.throwIfAborted();
    const end = actions.findIndex((action, index) => index > next && beginsStage(action, actions[index - 1]));
    const stage = actions.slice(next, end === -1 ? actions.length : end);
    const outcomes = await Promise.allSettled(stage.map((action) => executeOne(action, executors, signal)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    next += stage.length;
  }
}

const beginsStage = (action: PodAction, before: PodAction | undefined): boolean =>
  action.kind !== before?.kind || (before.kind === 'startContainer' && before.postStart);

async function executeOne(action: PodAction, executors: Executors, signal: AbortSignal): Promise<void> {
  // TypeScript cannot see that the executor found by a kind takes actions of that kind.
  const run = executors[action.kind] as (action: PodAction, signal: AbortSignal) => Promise<void>;
  await run(action, signal);
}
