import type { ApiResponse, Route } from '../http/types.js';
import type { DiscoveryResource } from './discovery-resource.js';
import { discoveryRoutes } from './discovery-routes.js';
import { createMetricsPage, type GaugeSource } from './metrics.js';
import { serverVersion } from './server-version.js';

export interface MetaRoutesOptions {
  /** Every resource that is served, kinds and resources without objects. */
  readonly kinds: readonly DiscoveryResource[];
  /** Can pods be run now? */
  readonly ready: () => boolean;
  readonly gauges: readonly GaugeSource[];
  /** Further paths that `/` names. */
  readonly paths: readonly string[];
}

/**
 * kubectl asks for these when it does not know a kind. Told that there are none, it says `no matches for kind`; told 404, that it
 * failed to list them. Source: k8s.io/cli-runtime pkg/resource/crd_finder.go.
 */
const CUSTOM_RESOURCES = {
  path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  none: {
    kind: 'CustomResourceDefinitionList',
    apiVersion: 'apiextensions.k8s.io/v1',
    metadata: { resourceVersion: '' },
    items: [],
  },
};

/** What the server says of itself: discovery, version, health, metrics. */
export function metaRoutes({ kinds, ready, gauges, paths }: MetaRoutesOptions): readonly Route[] {
  const metricsPage = createMetricsPage(gauges);
  const routes: readonly Route[] = [
    ...discoveryRoutes(kinds),
    get(CUSTOM_RESOURCES.path, async () => ({ kind: 'object', status: 200, object: CUSTOM_RESOURCES.none })),
    get('/version', async () => ({ kind: 'object', status: 200, object: serverVersion() })),
    get('/healthz', async () => plain(200, 'ok')),
    get('/livez', async () => plain(200, 'ok')),
    get('/readyz', async () => (ready() ? plain(200, 'ok') : plain(503, 'not ready: the engine is not reached yet'))),
    get('/metrics', async () => ({ kind: 'text', status: 200, ...(await metricsPage()) })),
  ];
  const known = [...new Set([...routes.map(({ pattern }) => pattern), ...paths])].sort();
  return [...routes, get('/', async () => ({ kind: 'object', status: 200, object: { paths: known } }))];
}

const get = (pattern: string, handle: Route['handle']): Route => ({ method: 'GET', pattern, handle });

const plain = (status: number, text: string): ApiResponse => ({
  kind: 'text',
  status,
  text,
  contentType: 'text/plain; charset=utf-8',
});
