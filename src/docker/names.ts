import type { PodIdentity } from '../runtime/observed.js';
import { SANDBOX_CONTAINER_NAME } from './labels.js';

/** The engine network every pod without host network is on. One per engine, shared by all agents. */
export const NETWORK_NAME = 'kubelette';

/** Where the sandbox mounts a volume of the pod. */
export const sandboxVolumePath = (name: string): string => `/vols/${name}`;

/**
 * `kubelette_<container>_<pod>_<namespace>_<uid>_<attempt>`. Deterministic, so that a name conflict finds our own
 * earlier creation. None of the parts can hold an underscore.
 */
export const containerName = (pod: PodIdentity, container: string, attempt: number): string =>
  ['kubelette', container, pod.name, pod.namespace, pod.uid, attempt].join('_');

/** The same with `POD` for the container. */
export const sandboxName = (pod: PodIdentity, attempt: number): string =>
  containerName(pod, SANDBOX_CONTAINER_NAME, attempt);

export interface ParsedName {
  readonly pod: PodIdentity;
  /** `POD` for a sandbox. */
  readonly container: string;
  readonly attempt: number;
}

/** The parts of one of our names (with or without the engine's leading slash), `undefined` for any other name. */
export function parseContainerName(name: string): ParsedName | undefined {
  const parts = name.replace(/^\//, '').split('_');
  const [prefix, container, podName, namespace, uid, attempt] = parts;
  if (parts.length !== 6 || prefix !== 'kubelette' || attempt === undefined || !/^\d{1,10}$/.test(attempt)) {
    return undefined;
  }
  if (!container || !podName || !namespace || !uid) return undefined;
  return { pod: { uid, namespace, name: podName }, container, attempt: Number(attempt) };
}
