import type { PodPlan } from './pod-action.js';

/** Does it put something in the place of what has ended? The first of everything does not. */
export const followsDeath = ({ actions, phase }: PodPlan): boolean =>
  phase === 'syncing' &&
  actions.some((action) => (action.kind === 'createSandbox' || action.kind === 'startContainer') && action.attempt > 0);
