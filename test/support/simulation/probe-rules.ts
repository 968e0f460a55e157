import type { PodPlan } from '../../../src/kubelet/core/plan/pod-action.js';
import type { ProbeKind } from '../../../src/kubelet/core/probes/probe-state.js';
import type { ProbeTarget } from '../../../src/kubelet/core/probes/probe-targets.js';
import type { SyncInput } from '../../../src/kubelet/core/plan/sync-input.js';
import { toRfc3339 } from '../../../src/lib/time.js';
import type { ObservedContainer } from '../../../src/runtime/observed.js';
import type { SimContainer } from './engine.js';
import { specOf } from './spec.js';
import type { World } from './world.js';

/** Who is probed, and when not: what of rule 13 the core decides. */
export class ProbeRules {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** After every decision. */
  wanted(input: SyncInput, plan: PodPlan, targets: readonly ProbeTarget[]): void {
    if (targets.length === 0) return;
    const { rules } = this.#world;
    const { observed, pod, probes } = input;
    const killed = plan.actions.flatMap((action) => (action.kind === 'killContainer' ? [action.id] : []));
    const isOver = pod.metadata.deletionTimestamp !== undefined || plan.phase !== 'syncing';
    for (const { container: spec, containerId: id, kind, startedAt } of targets) {
      const container = observed.containers.find((one) => one.id === id);
      if (container?.state !== 'running' || container.paused || container.startedAt !== startedAt)
        return rules.fail(13, `${id} is probed and does not run`);
      if (kind !== 'readiness' && (isOver || killed.includes(id)))
        rules.fail(13, `the ${kind} probe of ${id} goes on although it is stopped`);
      if (spec.startupProbe === undefined) continue;
      const hasStarted = probes?.get(id)?.startup === 'success' || this.#wasPublishedAsStarted(input, container);
      if ((kind === 'startup') === hasStarted)
        rules.fail(13, `the ${kind} probe of ${id} goes on ${hasStarted ? 'after' : 'before'} its start`);
    }
  }

  /** That is how it survives the agent. */
  #wasPublishedAsStarted(
    { pod: { status }, probes }: SyncInput,
    { id, name, startedAt = 0 }: ObservedContainer,
  ): boolean {
    const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
    const { containerID, started, state } = all.find((one) => one.name === name) ?? {};
    if (started !== true || containerID !== `docker://${id}` || probes?.get(id)?.startup !== undefined) return false;
    return state?.running?.startedAt === toRfc3339(startedAt);
  }

  /** A probe of it came to a result. */
  found({ id, name }: SimContainer, kind: ProbeKind): void {
    const { pod, rules } = this.#world;
    const { livenessProbe, readinessProbe, startupProbe } = specOf(pod, name) ?? {};
    const probe = { startup: startupProbe, readiness: readinessProbe, liveness: livenessProbe }[kind];
    if (probe === undefined) rules.fail(13, `${id} has no ${kind} probe`);
  }
}
