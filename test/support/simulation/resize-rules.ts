import type { ContainerStatus, PodStatus } from '../../../src/api/schema/pod-status.js';
import type { PodAction, PodPlan } from '../../../src/kubelet/core/plan/pod-action.js';
import type { SyncInput } from '../../../src/kubelet/core/plan/sync-input.js';
import type { SimContainer } from './engine.js';
import { amount, fits, hasLimitsOf, limitsOf } from './node.js';
import { specOf } from './spec.js';
import type { World } from './world.js';

type Resize = Extract<PodAction, { kind: 'resizeContainer' }>;

/** CPU and memory of what runs: changed only when there is room, told only when they are, and in the end as they are wanted. */
export class ResizeRules {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** After every decision. */
  decided({ node, observed, pod }: SyncInput, plan: PodPlan, status: PodStatus): void {
    const { rules } = this.#world;
    if (plan.phase !== 'syncing' || node === undefined) return;
    if (plan.actions.some(({ kind }) => kind === 'resizeContainer') && !fits(pod, node))
      rules.fail(8, 'a container is resized although there is no room for it');
    for (const { type, status: is, reason } of status.conditions ?? []) {
      if (type === 'PodResizePending' && is === 'True') this.#world.count(`resize ${reason ?? ''}`);
    }
    for (const { containerID, name, resources } of ofMembers(status)) {
      const told = resources?.limits?.['memory'];
      if (told === undefined) continue;
      const record = observed.containers.find(({ id }) => `docker://${id}` === containerID);
      const actual = record?.state === 'running' ? record.resources?.memoryBytes : undefined;
      if (actual === undefined || amount(told) === actual) continue;
      // What was told before anything was known of it stands.
      const isOld = ofMembers(pod.status ?? {}).some(
        (one) => one.name === name && one.resources?.limits?.['memory'] === told,
      );
      if (!isOld) rules.fail(17, `${name} is published to have ${told} and has ${actual} bytes`);
    }
  }

  /** The engine is told, of what was wanted when it was decided. */
  resizes({ id, name }: SimContainer, { resources }: Resize): void {
    const { pod, rules } = this.#world;
    const spec = specOf(rules.input?.pod ?? pod, name);
    if (spec === undefined) return;
    for (const [what, value] of Object.entries(limitsOf(spec)))
      if (!Object.entries(resources).some(([key, is]) => key === what && is === value))
        rules.fail(9, `${id} is to get another ${what} than ${value}`);
    this.#world.count('resize in place');
  }

  /** Its policy wanted it to be started again for what had changed when that was decided. */
  needsRestart({ name, resources }: SimContainer, { node: room, pod }: SyncInput): boolean {
    if (room === undefined) return false;
    const spec = specOf(pod, name);
    const isMemory = (spec?.resizePolicy ?? []).some(({ restartPolicy }) => restartPolicy === 'RestartContainer');
    if (spec === undefined || !isMemory || !fits(pod, room)) return false;
    const { memoryBytes } = limitsOf(spec);
    if (memoryBytes === undefined || memoryBytes === resources?.memoryBytes) return false;
    this.#world.count('resize restarts');
    return true;
  }

  /** Nothing disturbs any more, and time has passed. */
  settled(): void {
    const { engine, pod, room, rules } = this.#world;
    if (!fits(pod, room)) return;
    for (const container of engine.containers) {
      const spec = specOf(pod, container.name);
      if (container.state !== 'running' || container.kind === 'init' || spec === undefined) continue;
      if (!hasLimitsOf(spec, container)) rules.fail(26, `${container.id} has not what it is to have`);
    }
  }
}

const ofMembers = ({ containerStatuses = [], initContainerStatuses = [] }: PodStatus): ContainerStatus[] =>
  containerStatuses.concat(initContainerStatuses);
