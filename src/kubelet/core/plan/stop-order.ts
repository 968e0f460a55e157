import type { Container, Pod } from '../../../api/schema/pod.js';
import type { ObservedContainer, ObservedPod } from '../../../runtime/observed.js';
import type { PodAction } from './pod-action.js';
import { isLive } from '../view/sandbox-view.js';

type Kill = Extract<PodAction, { kind: 'killContainer' }>;

export interface StopInput {
  /** Without containers when nothing but what runs is known. */
  readonly pod: Pod;
  readonly observed: ObservedPod;
  readonly preStops: ReadonlyMap<string, number>;
  readonly graceSeconds: number;
}

interface HowToStop extends Pick<Kill, 'graceSeconds' | 'message'> {
  readonly preStops: ReadonlyMap<string, number>;
  /** Absent: it waits for nobody. */
  readonly after?: Kill['after'];
}

/**
 * Everything of a pod that lives ends: all at once, but sidecars are sent their stop signal only after the main containers
 * and the sidecars that follow them, in reverse order. Their hooks run at once all the same. Then the sandboxes stop.
 * Source: kubelet pkg/kubelet/kuberuntime/kuberuntime_termination_order.go.
 */
export function stopAll({ graceSeconds, observed, pod, preStops }: StopInput): PodAction[] {
  const inits = (pod.spec.initContainers ?? []).map(({ name }) => name);
  const live = observed.containers.filter((container) => isLive(container.state));
  const others = live.filter(({ kind }) => kind !== 'sidecar');
  const sidecars = live
    .filter(({ kind }) => kind === 'sidecar')
    .sort((a, b) => inits.indexOf(b.name) - inits.indexOf(a.name));
  const ordered = [...others, ...sidecars];
  const kills = ordered.map((container, index): Kill => {
    const before = container.kind === 'sidecar' ? ordered.slice(0, index) : [];
    const after = before.map(({ id }) => id);
    const message = `Stopping container ${container.name}`;
    return killOf(container, specOf(pod, container.name), { graceSeconds, preStops, message, after });
  });
  const stops = observed.sandboxes
    .filter(({ ready }) => ready)
    .map(({ id }): PodAction => ({ kind: 'stopSandbox', id }));
  return [...kills, ...stops];
}

/** What ends one container. A hook runs in a container that runs, once, and not without time. */
export const killOf = (
  { id, kind, name, state }: Pick<ObservedContainer, 'id' | 'kind' | 'name' | 'state'>,
  spec: Container | undefined,
  { after = [], graceSeconds, message, preStops }: HowToStop,
): Kill => ({
  kind: 'killContainer',
  id,
  name,
  containerKind: kind,
  graceSeconds,
  message,
  preStop: spec?.lifecycle?.preStop !== undefined && state === 'running' && graceSeconds > 0 && !preStops.has(id),
  after,
});

const specOf = ({ spec }: Pod, name: string): Container | undefined =>
  [...spec.containers, ...(spec.initContainers ?? [])].find((container) => container.name === name);
