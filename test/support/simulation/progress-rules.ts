import type { Container } from '../../../src/api/schema/pod.js';
import type { PodPlan } from '../../../src/kubelet/core/plan/pod-action.js';
import type { SyncInput } from '../../../src/kubelet/core/plan/sync-input.js';
import type { World } from './world.js';

/** Nothing is forgotten: rule 26 as far as one look can be judged by it. */
export class ProgressRules {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Whatever is to run does, or something is done about it, or it is said why it waits. */
  check(input: SyncInput, plan: PodPlan): void {
    const { rules } = this.#world;
    const isOther = plan.phase !== 'syncing' || plan.restartingAll !== undefined;
    if (isOther || plan.actions.some(({ kind }) => kind === 'createSandbox')) return;
    // Of what somebody removed only the status tells, which is not what is judged here.
    if (rules.status.meddled) return;
    for (const { name } of this.#toRun(input)) {
      if (plan.waiting.has(name) || plan.actions.some((action) => 'name' in action && action.name === name)) continue;
      const { exitCode, id = '', state } = newestOf(input, name) ?? {};
      if (state === 'running') continue;
      // An agent does not remember beyond its own end that it killed it for a probe.
      const { liveness, startup } = input.probes?.get(id) ?? {};
      const isSick = [liveness, startup].includes('failure');
      if (state === 'exited' && !rules.mayRunAgain(name, exitCode, isSick)) continue;
      rules.fail(26, `${name} is to run, and nothing is done about it`);
    }
  }

  /** Sidecars and apps once all init containers are done, and those up to the first that is not before that. */
  #toRun(input: SyncInput): readonly Container[] {
    const { containers, initContainers = [] } = input.pod.spec;
    const { instance = '' } = input.observed.sandboxes[0] ?? {};
    const { order } = this.#world.rules;
    const sidecars = initContainers.filter(isSidecar);
    if (order.hadAppIn(instance)) return [...sidecars, ...containers];
    const isDone = (init: Container): boolean => (isSidecar(init) ? isUp(input, init) : order.isDone(init, instance));
    const pending = initContainers.findIndex((init) => !isDone(init));
    if (pending === -1) return [...sidecars, ...containers];
    return initContainers.slice(0, pending + 1).filter((init) => isSidecar(init) || !isDone(init));
  }
}

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';

/** It runs, and whoever probes it has found out that it started. */
function isUp(input: SyncInput, { name, startupProbe }: Container): boolean {
  const { id = '', state } = newestOf(input, name) ?? {};
  return state === 'running' && (startupProbe === undefined || input.probes?.get(id)?.startup === 'success');
}

const newestOf = ({ observed }: SyncInput, name: string): SyncInput['observed']['containers'][number] | undefined =>
  observed.containers.find((record) => record.name === name);
