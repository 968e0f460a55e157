import { expand } from '../../api/expansion.js';
import { resolveFieldPath, resolveResourceField } from '../../api/field-path.js';
import type { Container, EnvVarSource, Pod, ResourceFieldSelector } from '../../api/schema/pod.js';
import { KubeletteError } from '../../lib/errors.js';

/** Allocatable amounts by resource name: what a missing limit means for resourceFieldRef. */
export type Allocatable = Readonly<Record<string, string>>;

/**
 * The environment of a container: each variable may use those before it, later ones win. Fields of the status must
 * be filled in before (`status.podIP`).
 * Source: kubelet makeEnvironmentVariables, pkg/kubelet/kubelet_pods.go.
 *
 * @throws KubeletteError `Invalid` when a source cannot be resolved
 */
export function containerEnv(pod: Pod, container: Container, allocatable: Allocatable): ReadonlyMap<string, string> {
  if ((container.envFrom ?? []).some(({ configMapRef, secretRef }) => (configMapRef ?? secretRef)?.optional !== true)) {
    throw new KubeletteError('Invalid', `envFrom of container "${container.name}" is not realised yet`);
  }
  const env = new Map<string, string>();
  for (const { name, value, valueFrom } of container.env ?? []) {
    const resolved =
      valueFrom === undefined
        ? expand(value ?? '', (known) => env.get(known))
        : fromSource(pod, container, allocatable, valueFrom);
    if (resolved !== undefined) env.set(name, resolved);
  }
  return env;
}

function fromSource(
  pod: Pod,
  container: Container,
  allocatable: Allocatable,
  source: EnvVarSource,
): string | undefined {
  if (source.fieldRef !== undefined) return resolveFieldPath(pod, source.fieldRef.fieldPath);
  if (source.resourceFieldRef !== undefined) {
    return resolveResourceField(named(pod, container, source.resourceFieldRef), source.resourceFieldRef, allocatable);
  }
  if ((source.configMapKeyRef ?? source.secretKeyRef)?.optional === true) return undefined;
  const kind = Object.keys(source)[0] ?? 'valueFrom';
  throw new KubeletteError(
    'Invalid',
    `${kind} in the environment of container "${container.name}" is not realised yet`,
  );
}

function named(pod: Pod, own: Container, { containerName }: ResourceFieldSelector): Container {
  if (containerName === undefined || containerName === '') return own;
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const container = all.find(({ name }) => name === containerName);
  if (container === undefined) throw new KubeletteError('Invalid', `container ${containerName} not found`);
  return container;
}
