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

/** What the server says of itself: discovery, version, health, metrics. */
export function metaRoutes({ kinds, ready, gauges, paths }: MetaRoutesOptions): readonly Route[] {
  const metricsPage = createMetricsPage(gauges);
  const routes: readonly Route[] = [
    ...discoveryRoutes(kinds),
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
