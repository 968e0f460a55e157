import type { ContainerStatus, Pod } from '../../api/schema/pod.js';
import { badRequest, notFound } from '../http/status-error.js';
import type { ApiRequest } from '../http/types.js';
import type { PodStreams } from './pod-streams.js';

/** The annotation that says which container is meant when none is named. */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** The pod a path names. @throws StatusError 404 */
export function requestedPod({ findPod }: PodStreams, { params }: Pick<ApiRequest, 'params'>): Pod {
  const { namespace = '', name = '' } = params;
  const pod = findPod(namespace, name);
  if (pod === undefined) throw notFound({ group: '', plural: 'pods' }, name);
  return pod;
}

/**
 * The container meant: the named one, the pod's default one, or its only one.
 *
 * @throws StatusError 400 with the API server's texts. Source: kube-apiserver pkg/registry/core/pod validateContainer
 */
export function chooseContainer({ metadata, spec }: Pod, named: string | null): string {
  const inits = (spec.initContainers ?? []).map(({ name }) => name);
  const apps = spec.containers.map(({ name }) => name);
  const ephemeral = (spec.ephemeralContainers ?? []).map(({ name }) => name);
  const all = [...inits, ...apps, ...ephemeral];
  if (named !== null && named !== '') {
    if (all.includes(named)) return named;
    throw badRequest(`container ${named} is not valid for pod ${metadata.name}`);
  }
  const marked = metadata.annotations?.[DEFAULT_CONTAINER];
  if (marked !== undefined && all.includes(marked)) return marked;
  const [only, ...others] = apps;
  if (only !== undefined && others.length === 0) return only;
  const choices = `choose one of: [${[...apps, ...ephemeral].join(' ')}]`;
  const more = inits.length === 0 ? '' : ` or one of the init containers: [${inits.join(' ')}]`;
  throw badRequest(`a container name must be specified for pod ${metadata.name}, ${choices}${more}`);
}

/**
 * Before anything is promised to the client: once its connection is upgraded it cannot be told by an HTTP status.
 * @throws StatusError 400 when the container does not run
 */
export function requireRunning(pod: Pod, container: string): void {
  const { status } = pod;
  const state = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ].find(({ name }) => name === container)?.state;
  if (state?.running !== undefined) return;
  throw badRequest(`container not found (${JSON.stringify(container)}): it ${stateText(state)}`);
}

function stateText(state: ContainerStatus['state']): string {
  if (state?.terminated !== undefined) return `is terminated${reasonText(state.terminated.reason)}`;
  return `is waiting to start${reasonText(state?.waiting?.reason)}`;
}

const reasonText = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);
