import type { Container, Pod, Probe } from '../../../api/schema/pod.js';
import type { ContainerKind } from '../../../runtime/observed.js';
import { containerViews, type ContainerView } from '../view/container-view.js';
import type { PodPlan } from '../plan/pod-action.js';
import type { ProbeKind } from './probe-state.js';
import { currentSandbox } from '../view/sandbox-view.js';
import type { SyncInput } from '../plan/sync-input.js';

/** One probe of one container instance: what is to be tried, on whom, where. */
export interface ProbeTarget {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly pod: Pod;
  readonly container: Container;
  readonly containerKind: ContainerKind;
  readonly containerId: string;
  /** Epoch milliseconds on the engine's clock. With the id it names the instance. */
  readonly startedAt: number;
  readonly sandboxId: string;
  /** The pod's own, or the node's for a pod on the host's network. */
  readonly address: string;
}

/**
 * The probes that should be going on now. A startup probe goes alone until it succeeded. Liveness and startup end when
 * the fate of the container or its pod is decided; readiness goes on as long as the container runs. Nothing is asked of
 * a paused container. Source: kubelet pkg/kubelet/prober/worker.go, doProbe.
 */
export function probeTargets(input: SyncInput, plan: PodPlan, hostIP: string): ProbeTarget[] {
  const { observed, pod } = input;
  const sandbox = currentSandbox(observed);
  const address = pod.spec.hostNetwork === true ? hostIP : sandbox?.ips[0];
  if (sandbox === undefined || address === undefined || plan.phase === 'terminated') return [];
  const isKilled = (id: string): boolean =>
    plan.actions.some((action) => action.kind === 'killContainer' && action.id === id);
  return containerViews(input).members.flatMap((view) => {
    const { kind: containerKind, newest, spec } = view;
    if (!hasProbes(spec) || !view.here) return [];
    if (newest?.state !== 'running' || newest.startedAt === undefined || newest.paused) return [];
    const decided = plan.phase !== 'syncing' || isKilled(newest.id);
    const about = {
      pod,
      container: spec,
      containerKind,
      containerId: newest.id,
      startedAt: newest.startedAt,
      sandboxId: sandbox.id,
      address,
    };
    return wantedKinds(view, decided).flatMap((kind) => {
      const probe = probeOf(spec, kind);
      return probe === undefined ? [] : [{ kind, probe, ...about }];
    });
  });
}

const hasProbes = ({ livenessProbe, readinessProbe, startupProbe }: Container): boolean =>
  (livenessProbe ?? readinessProbe ?? startupProbe) !== undefined;

function wantedKinds({ failedProbe, started }: ContainerView, decided: boolean): ProbeKind[] {
  const over = decided || failedProbe !== undefined;
  if (!started) return over ? [] : ['startup'];
  return over ? ['readiness'] : ['readiness', 'liveness'];
}

function probeOf({ livenessProbe, readinessProbe, startupProbe }: Container, kind: ProbeKind): Probe | undefined {
  if (kind === 'startup') return startupProbe;
  return kind === 'readiness' ? readinessProbe : livenessProbe;
}
