import type { ContainerView } from '../view/container-view.js';

/**
 * Have all init containers done their work in this sandbox? Once an app container was started here the answer stays
 * yes, also when somebody pruned the dead init containers: they never run again under a live app.
 * Source: kubelet computeInitContainerActions.
 */
export function isInitialized(views: {
  readonly inits: readonly ContainerView[];
  readonly apps: readonly ContainerView[];
}): boolean {
  return views.apps.some((app) => app.startedHere) || firstPendingInit(views.inits) === views.inits.length;
}

/**
 * Index of the first init container that still has to do its work, or the length of the list. One that comes before
 * an init container that was started here is done whatever became of its own record. What was only created says nothing: a slow
 * engine may have done it long after it was given up.
 */
export function firstPendingInit(inits: readonly ContainerView[]): number {
  const reached = inits.findLastIndex((view) => view.startedHere);
  const pending = inits.findIndex((view, index) => index >= reached && !isDone(view));
  return pending === -1 ? inits.length : pending;
}

/** A sidecar has done its part for the next container as soon as it runs and its startup probe, if any, succeeded. */
const isDone = (view: ContainerView): boolean =>
  view.kind === 'sidecar' ? view.started && view.startedHere : view.succeededHere;
