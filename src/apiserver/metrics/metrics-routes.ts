import type { KubeObject } from '../../api/schema/meta.js';
import type { DiscoveryResource } from '../discovery/discovery-resource.js';
import { notFound } from '../http/status-error.js';
import type { ApiRequest, ApiResponse, Route } from '../http/types.js';
import { parseLabelSelector } from '../resources/label-selector.js';

/** What pods and node use now, measured when asked. */
export interface MetricsSource {
  /** Of pods with a running container. @param namespace absent: of all */
  pods(namespace: string | undefined, signal: AbortSignal): Promise<readonly KubeObject[]>;
  /** Undefined while nothing is known of the machine. */
  node(signal: AbortSignal): Promise<KubeObject | undefined>;
}

const GROUP = 'metrics.k8s.io';
const VERSION = 'v1beta1';
const BASE = `/apis/${GROUP}/${VERSION}`;

const resource = (kind: string, plural: string, namespaced: boolean): DiscoveryResource => ({
  group: GROUP,
  version: VERSION,
  kind,
  plural,
  singular: '',
  shortNames: [],
  categories: [],
  namespaced,
  verbs: ['get', 'list'],
  subresources: [],
});

/** The metrics as discovery lists them: `kubectl top` looks for the group. */
export const metricsResources: readonly DiscoveryResource[] = [
  resource('NodeMetrics', 'nodes', false),
  resource('PodMetrics', 'pods', true),
];

/** `kubectl top`: the metrics API, which clients trust to select by label. */
export function metricsRoutes(source: () => MetricsSource): Route[] {
  const pods = async ({ params, signal }: ApiRequest): Promise<readonly KubeObject[]> =>
    source().pods(params['namespace'], signal);
  const nodes = async ({ signal }: ApiRequest): Promise<readonly KubeObject[]> => {
    const node = await source().node(signal);
    return node === undefined ? [] : [node];
  };
  return [
    get(`${BASE}/nodes`, list('NodeMetrics', nodes)),
    get(`${BASE}/nodes/:name`, one('nodes', nodes)),
    get(`${BASE}/pods`, list('PodMetrics', pods)),
    get(`${BASE}/namespaces/:namespace/pods`, list('PodMetrics', pods)),
    get(`${BASE}/namespaces/:namespace/pods/:name`, one('pods', pods)),
  ];
}

type Read = (request: ApiRequest) => Promise<readonly KubeObject[]>;

const get = (pattern: string, handle: Route['handle']): Route => ({ method: 'GET', pattern, handle });

const list =
  (kind: string, read: Read) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const matches = parseLabelSelector(request.query.get('labelSelector') ?? '');
    const items = (await read(request)).filter(({ metadata }) => matches(metadata.labels ?? {}));
    const object = { kind: `${kind}List`, apiVersion: `${GROUP}/${VERSION}`, metadata: {}, items };
    return { kind: 'object', status: 200, object };
  };

const one =
  (plural: string, read: Read) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const name = request.params['name'] ?? '';
    const object = (await read(request)).find(({ metadata }) => metadata.name === name);
    if (object === undefined) throw notFound({ group: GROUP, plural }, name);
    return { kind: 'object', status: 200, object };
  };
