import { describe, expect, it } from '@jest/globals';
import type { DiscoveryResource } from '../../../../src/apiserver/discovery/discovery-resource.js';
import { metaRoutes } from '../../../../src/apiserver/discovery/meta-routes.js';
import { createRouter } from '../../../../src/apiserver/http/router.js';
import type { ApiRequest, ApiResponse } from '../../../../src/apiserver/http/types.js';

const base = {
  version: 'v1',
  categories: [],
  shortNames: [],
  verbs: ['get', 'list'],
  namespaced: true,
  subresources: [],
};
const kinds: readonly DiscoveryResource[] = [
  {
    ...base,
    group: '',
    kind: 'Pod',
    plural: 'pods',
    singular: 'pod',
    shortNames: ['po'],
    categories: ['all'],
    subresources: [
      { name: 'log', responseKind: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get'] },
      { name: 'eviction', responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' }, verbs: ['create'] },
    ],
  },
  { ...base, group: '', kind: 'Node', plural: 'nodes', singular: 'node', namespaced: false },
  { ...base, group: 'apps', kind: 'Deployment', plural: 'deployments', singular: 'deployment' },
  { ...base, group: 'apps', version: 'v1beta1', kind: 'Deployment', plural: 'deployments', singular: 'deployment' },
];

let ready = false;
const routes = metaRoutes({
  kinds,
  ready: () => ready,
  gauges: [{ name: 'kubelette_pods', help: 'Pods of this node.', value: () => 3 }],
  paths: ['/openapi/v3'],
});
const router = createRouter(routes);

const get = (path: string, headers: Record<string, string> = {}): Promise<ApiResponse> =>
  // These routes look at the headers and nothing else.
  router('GET', path).route.handle(
    { headers: { host: 'localhost:1', ...headers } } as unknown as ApiRequest,
    undefined as never,
  );
const objectOf = async (answer: Promise<ApiResponse>): Promise<unknown> => {
  const response = await answer;
  return response.kind === 'object' ? response.object : undefined;
};

const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const V2BETA1 = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';

describe('discovery', () => {
  it.each([
    [`${V2},${V2BETA1},application/json`, V2, 'apidiscovery.k8s.io/v2'],
    [`${V2BETA1},application/json`, V2BETA1, 'apidiscovery.k8s.io/v2beta1'],
    ['application/json; g=apidiscovery.k8s.io; v=v9; as=APIGroupDiscoveryList, application/json', undefined, 'v1'],
    ['application/json', undefined, 'v1'],
    ['application/vnd.kubernetes.protobuf', undefined, 'v1'],
  ])('for Accept %s answers in that form', async (accept, contentType, apiVersion) => {
    const answer = await get('/apis', { accept });
    expect(answer).toMatchObject({ kind: 'object', status: 200, object: { apiVersion }, headers: { Vary: 'Accept' } });
    expect(answer.kind === 'object' && answer.headers?.['Content-Type']).toBe(contentType);
  });

  it('tells the core group in one answer', async () => {
    expect(await objectOf(get('/api', { accept: V2 }))).toEqual({
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items: [
        {
          metadata: { creationTimestamp: null },
          versions: [
            {
              version: 'v1',
              freshness: 'Current',
              resources: [
                {
                  resource: 'pods',
                  responseKind: { group: '', version: 'v1', kind: 'Pod' },
                  scope: 'Namespaced',
                  singularResource: 'pod',
                  verbs: ['get', 'list'],
                  shortNames: ['po'],
                  categories: ['all'],
                  subresources: [
                    { subresource: 'log', responseKind: { group: '', version: 'v1', kind: 'Pod' }, verbs: ['get'] },
                    {
                      subresource: 'eviction',
                      responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' },
                      verbs: ['create'],
                    },
                  ],
                },
                {
                  resource: 'nodes',
                  responseKind: { group: '', version: 'v1', kind: 'Node' },
                  scope: 'Cluster',
                  singularResource: 'node',
                  verbs: ['get', 'list'],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('tells the same in the legacy forms', async () => {
    expect(await objectOf(get('/api/'))).toEqual({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: 'localhost:1' }],
    });
    const apps = {
      name: 'apps',
      versions: [
        { groupVersion: 'apps/v1', version: 'v1' },
        { groupVersion: 'apps/v1beta1', version: 'v1beta1' },
      ],
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    };
    expect(await objectOf(get('/apis'))).toEqual({ kind: 'APIGroupList', apiVersion: 'v1', groups: [apps] });
    expect(await objectOf(get('/apis/apps'))).toEqual({ kind: 'APIGroup', apiVersion: 'v1', ...apps });
    expect(await objectOf(get('/apis/apps/v1beta1'))).toMatchObject({ groupVersion: 'apps/v1beta1' });
    expect(await objectOf(get('/api/v1'))).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: 'v1',
      resources: [
        { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', shortNames: ['po'], categories: ['all'] },
        { name: 'pods/log', singularName: '', kind: 'Pod', verbs: ['get'] },
        { name: 'pods/eviction', group: 'policy', version: 'v1', kind: 'Eviction' },
        { name: 'nodes', namespaced: false },
      ],
    });
  });

  it('answers 304 to who has this very answer', async () => {
    const first = await get('/api', { accept: V2 });
    const etag = (first.kind === 'object' && first.headers?.['ETag']) || '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(await get('/api', { accept: V2, 'if-none-match': etag })).toMatchObject({ status: 304 });
    expect(await get('/api', { 'if-none-match': etag })).toMatchObject({ status: 200 });
  });
});

describe('the server about itself', () => {
  it('is alive at once and ready when it is told so', async () => {
    const ok = { kind: 'text', status: 200, text: 'ok' };
    expect(await get('/healthz')).toMatchObject(ok);
    expect(await get('/livez')).toMatchObject(ok);
    expect(await get('/readyz')).toMatchObject({ kind: 'text', status: 503 });
    ready = true;
    expect(await get('/readyz')).toMatchObject(ok);
  });

  it('reports a version that no supported kubectl warns about', async () => {
    expect(await objectOf(get('/version'))).toMatchObject({
      major: '1',
      minor: '33',
      gitVersion: 'v1.33.0+kubelette',
    });
  });

  it('has no custom resources, and says so to who asks', async () => {
    expect(await objectOf(get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions'))).toMatchObject({
      kind: 'CustomResourceDefinitionList',
      items: [],
    });
  });

  it('lists its paths', async () => {
    expect(await objectOf(get('/'))).toEqual({
      paths: expect.arrayContaining(['/api', '/api/v1', '/apis/apps/v1', '/openapi/v3', '/readyz', '/version']),
    });
  });

  it('publishes its gauges, read anew each time', async () => {
    expect(await get('/metrics')).toMatchObject({
      contentType: expect.stringContaining('text/plain'),
      text: expect.stringContaining('kubelette_pods 3\n'),
    });
  });
});
