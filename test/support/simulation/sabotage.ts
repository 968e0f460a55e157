import type { Container, ContainerStatus, Pod, PodStatus } from '../../../src/api/schema/pod.js';
import type { PodAction, PodPlan } from '../../../src/kubelet/core/plan/pod-action.js';
import type { SyncInput } from '../../../src/kubelet/core/plan/sync-input.js';
import type { ObservedContainer } from '../../../src/runtime/observed.js';
import { CORE, type Core } from './core.js';

/** A core that decides otherwise. */
export const deciding = (change: (plan: PodPlan, input: SyncInput) => PodPlan): Core => ({
  ...CORE,
  decide: (input) => change(CORE.decide(input), input),
});

/** A core whose actions are other ones. */
export const acting = (change: (actions: readonly PodAction[], input: SyncInput) => readonly PodAction[]): Core =>
  deciding((plan, input) => ({ ...plan, actions: change(plan.actions, input) }));

/** A core that changes every action of one kind. */
export const eachOf = <K extends PodAction['kind']>(
  kind: K,
  change: (action: Extract<PodAction, { kind: K }>) => PodAction | undefined,
): Core =>
  acting((actions) =>
    actions.flatMap((action) =>
      action.kind === kind ? (change(action as Extract<PodAction, { kind: K }>) ?? []) : [action],
    ),
  );

/** A core that decides on something else than what is. */
export const seeing = (change: (input: SyncInput) => SyncInput): Core => ({
  ...CORE,
  decide: (input) => CORE.decide(change(input)),
});

/** A core that decides as if the containers on the engine were others. */
export const seeingContainers = (change: (container: ObservedContainer, input: SyncInput) => ObservedContainer): Core =>
  seeing((input) => {
    const containers = input.observed.containers.map((container) => change(container, input));
    return { ...input, observed: { ...input.observed, containers } };
  });

/** A core that decides on another pod. */
const seeingPod = (change: (pod: Pod) => Pod): Core => seeing((input) => ({ ...input, pod: change(input.pod) }));

/** A core that decides as if its containers were defined otherwise. */
export const seeingSpecs = (change: (container: Container) => Container): Core =>
  seeingPod((pod) => {
    const { containers, initContainers = [] } = pod.spec;
    return {
      ...pod,
      spec: { ...pod.spec, containers: containers.map(change), initContainers: initContainers.map(change) },
    };
  });

/** A core that takes everything for something else, also when it publishes. */
export const believing = (change: (input: SyncInput) => SyncInput): Core => ({
  ...CORE,
  decide: (input) => CORE.decide(change(input)),
  status: (input, plan, context) => CORE.status(change(input), plan, context),
});

/** A core that publishes something else. */
export const publishing = (change: (status: PodStatus, input: SyncInput) => PodStatus): Core => ({
  ...CORE,
  status: (input, plan, context) => change(CORE.status(input, plan, context), input),
});

/** A core that publishes something else of its main containers. */
export const publishingOfApps = (change: (status: ContainerStatus) => ContainerStatus): Core =>
  publishing((status) => ({ ...status, containerStatuses: (status.containerStatuses ?? []).map(change) }));
