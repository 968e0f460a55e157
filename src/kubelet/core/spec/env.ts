import { expand } from '../../../api/expansion.js';
import { resolveFieldPath, resolveResourceField } from '../../../api/field-path.js';
import type { Container, EnvVar, EnvVarSource, Pod, ResourceFieldSelector } from '../../../api/schema/pod.js';
import { KubeletteError } from '../../../lib/errors.js';
import { configData, configKey, secretData, secretKey } from '../volumes/config-data.js';
import type { ConfigObjects } from '../volumes/config-objects.js';
import { serviceEnv, type ServiceAddress } from './service-env.js';

/** Allocatable amounts by resource name: what a missing limit means for resourceFieldRef. */
export type Allocatable = Readonly<Record<string, string>>;

export interface EnvInput {
  /** With the fields of the status that may be asked for: `status.podIP`. */
  readonly pod: Pod;
  readonly container: Container;
  readonly allocatable: Allocatable;
  readonly config: ConfigObjects;
  /** Absent: there are none. */
  readonly services?: readonly ServiceAddress[];
}

/**
 * The environment of a container: first whole ConfigMaps and Secrets, then single variables, of which each may use those
 * before it. Later ones win, and all of them against those of services. Source: kubelet makeEnvironmentVariables, pkg/kubelet/kubelet_pods.go.
 *
 * @throws KubeletteError `Invalid` when a source cannot be resolved
 */
export function containerEnv(input: EnvInput): ReadonlyMap<string, string> {
  const { metadata, spec } = input.pod;
  const env = new Map<string, string>();
  const links = serviceEnv(input.services ?? [], metadata.namespace ?? 'default', spec.enableServiceLinks ?? true);
  for (const { configMapRef, prefix = '', secretRef } of input.container.envFrom ?? []) {
    const data = {
      ...(configMapRef === undefined ? {} : configData(input.config, configMapRef)),
      ...(secretRef === undefined ? {} : secretData(input.config, secretRef)),
    };
    for (const [key, value] of Object.entries(data)) env.set(prefix + key, value);
  }
  for (const variable of input.container.env ?? []) {
    const value = valueOf(variable, input, (known) => env.get(known) ?? links.get(known));
    if (value !== undefined) env.set(variable.name, value);
  }
  return new Map([...links, ...env]);
}

/** Undefined: there is no such variable, and one of that name from before stays. */
function valueOf(
  { value, valueFrom }: EnvVar,
  input: EnvInput,
  lookup: (name: string) => string | undefined,
): string | undefined {
  return valueFrom === undefined ? expand(value ?? '', lookup) : fromSource(valueFrom, input);
}

function fromSource(source: EnvVarSource, { allocatable, config, container, pod }: EnvInput): string | undefined {
  const { configMapKeyRef, fieldRef, fileKeyRef, resourceFieldRef, secretKeyRef } = source;
  if (fieldRef !== undefined) return resolveFieldPath(pod, fieldRef.fieldPath);
  if (resourceFieldRef !== undefined) {
    return resolveResourceField(named(pod, container, resourceFieldRef), resourceFieldRef, allocatable);
  }
  const namespace = pod.metadata.namespace ?? 'default';
  if (configMapKeyRef !== undefined) return configKey(config, namespace, configMapKeyRef);
  if (secretKeyRef !== undefined) return secretKey(config, namespace, secretKeyRef);
  const what = fileKeyRef === undefined ? 'valueFrom without a source' : 'fileKeyRef';
  throw new KubeletteError('Invalid', `${what} in the environment of container "${container.name}" is not realised`);
}

function named(pod: Pod, own: Container, { containerName }: ResourceFieldSelector): Container {
  if (containerName === undefined || containerName === '') return own;
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const container = all.find(({ name }) => name === containerName);
  if (container === undefined) throw new KubeletteError('Invalid', `container ${containerName} not found`);
  return container;
}
