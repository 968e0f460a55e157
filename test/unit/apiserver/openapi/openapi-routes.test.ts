import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reviewResources } from '../../../../src/apiserver/auth/reviews.js';
import { allKinds } from '../../../../src/apiserver/kinds/all-kinds.js';
import { openApiRoutes } from '../../../../src/apiserver/openapi/openapi-routes.js';
import type { OpenApiDocument } from '../../../../src/apiserver/openapi/documents.js';
import type { SwaggerDocument } from '../../../../src/apiserver/openapi/swagger.js';
import { readFields } from '../../../../src/apiserver/protobuf/wire.js';
import { startRouteServer, type RouteServer } from '../../../support/route-server.js';

const CORE = 'io.k8s.api.core.v1';

let server: RouteServer;
beforeAll(async () => {
  server = await startRouteServer(openApiRoutes({ kinds: allKinds, answers: reviewResources }));
});
afterAll(() => server.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { headers });

async function getJson<T>(path: string): Promise<T> {
  return (await (await get(path)).json()) as T;
}

describe('/openapi/v3', () => {
  it('lists a document for each version of each group, with a hash of what is in it', async () => {
    const index = await getJson<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3');
    expect(Object.keys(index.paths)).toEqual([
      'api/v1',
      'apis/coordination.k8s.io/v1',
      'apis/events.k8s.io/v1',
      'apis/authorization.k8s.io/v1',
      'apis/authentication.k8s.io/v1',
    ]);
    for (const [path, { serverRelativeURL }] of Object.entries(index.paths)) {
      expect(serverRelativeURL).toMatch(new RegExp(`^/openapi/v3/${path}\\?hash=[0-9A-F]{128}$`));
    }
  });

  it('may be kept for good when it is asked for by its hash', async () => {
    const index = await getJson<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3');
    const url = index.paths['api/v1']?.serverRelativeURL ?? '';
    const answer = await get(url);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('public, immutable, max-age=31536000');
    const etag = answer.headers.get('etag') ?? '';
    expect(url).toContain(etag.slice(1, -1));
    expect((await get('/openapi/v3/api/v1?hash=OLD')).headers.get('cache-control')).toBe('no-cache, private');
    const unchanged = await get('/openapi/v3/api/v1', { 'If-None-Match': `W/${etag}` });
    expect([unchanged.status, await unchanged.text()]).toEqual([304, '']);
  });

  it('has for every kind a patch that kubectl can send without validating itself', async () => {
    for (const { group, version, kind, plural, namespaced } of allKinds) {
      const root = group === '' ? `api/${version}` : `apis/${group}/${version}`;
      const { paths } = await getJson<OpenApiDocument>(`/openapi/v3/${root}`);
      const patch = paths[`/${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}/{name}`]?.patch;
      expect(patch?.['x-kubernetes-group-version-kind']).toEqual({ group, version, kind });
      expect(patch?.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['dryRun', 'fieldValidation']));
    }
  });

  it('describes the reviews, which are no objects', async () => {
    const { components, paths } = await getJson<OpenApiDocument>('/openapi/v3/apis/authentication.k8s.io/v1');
    expect(components.schemas['io.k8s.api.authentication.v1.TokenReview']).toMatchObject({
      type: 'object',
      properties: { spec: { type: 'object' }, status: { type: 'object' } },
      'x-kubernetes-group-version-kind': [{ group: 'authentication.k8s.io', version: 'v1', kind: 'TokenReview' }],
    });
    expect(paths['/apis/authentication.k8s.io/v1/tokenreviews']?.post?.['x-kubernetes-action']).toBe('create');
  });

  it('refers only to types that are in the same document', async () => {
    for (const path of ['api/v1', 'apis/coordination.k8s.io/v1', 'apis/events.k8s.io/v1']) {
      const document = await getJson<OpenApiDocument>(`/openapi/v3/${path}`);
      const refs = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
      const names = new Set([...refs].map(([, name]) => name ?? ''));
      expect([...names].filter((name) => !(name in document.components.schemas))).toEqual([]);
    }
  });

  it('describes every type and every field', async () => {
    // After adding a kind: node scripts/generate-openapi-descriptions.mjs
    for (const path of ['api/v1', 'apis/coordination.k8s.io/v1', 'apis/events.k8s.io/v1']) {
      const { components } = await getJson<OpenApiDocument>(`/openapi/v3/${path}`);
      const silent = Object.entries(components.schemas).flatMap(([id, { description, properties = {} }]) => [
        ...(description === undefined ? [id] : []),
        ...Object.entries(properties).flatMap(([name, field]) =>
          field.description === undefined ? [`${id}.${name}`] : [],
        ),
      ]);
      expect(silent).toEqual([]);
    }
  });

  it('says of fields what they are and how they are patched', async () => {
    const { components } = await getJson<OpenApiDocument>('/openapi/v3/api/v1');
    const schemas = components.schemas;
    expect(schemas[`${CORE}.Pod`]).toMatchObject({
      type: 'object',
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Pod' }],
      properties: { spec: { allOf: [{ $ref: `#/components/schemas/${CORE}.PodSpec` }] } },
    });
    expect(schemas[`${CORE}.Pod`]).not.toHaveProperty('required');
    expect(schemas[`${CORE}.Container`]?.required).toEqual(['name']);
    expect(schemas[`${CORE}.PodSpec`]).toMatchObject({
      required: ['containers'],
      properties: {
        restartPolicy: { type: 'string', enum: ['Always', 'Never', 'OnFailure'] },
        terminationGracePeriodSeconds: { type: 'integer', format: 'int64' },
        priority: { type: 'integer', format: 'int32' },
        nodeSelector: { type: 'object', additionalProperties: { type: 'string' }, 'x-kubernetes-map-type': 'atomic' },
        tolerations: { type: 'array', 'x-kubernetes-list-type': 'atomic' },
        volumes: {
          items: { $ref: `#/components/schemas/${CORE}.Volume` },
          'x-kubernetes-patch-strategy': 'merge,retainKeys',
          'x-kubernetes-patch-merge-key': 'name',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
      },
    });
    expect(schemas[`${CORE}.HTTPGetAction`]?.properties?.['port']?.allOf).toEqual([
      { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString' },
    ]);
    expect(JSON.stringify(schemas).match(/"additionalProperties":false|"pattern":|"minimum":/)).toBeNull();
  });
});

describe('/openapi/v2', () => {
  it('is one document of version 2.0', async () => {
    const answer = await get('/openapi/v2');
    expect(answer.headers.get('content-type')).toBe('application/json');
    const { swagger, paths, definitions } = (await answer.json()) as SwaggerDocument;
    expect(swagger).toBe('2.0');
    expect(Object.keys(paths)).toContain('/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}');
    expect(definitions[`${CORE}.Pod`]?.properties?.['spec']?.$ref).toBe(`#/definitions/${CORE}.PodSpec`);
    expect(definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']).toMatchObject({ type: 'string' });
    expect(JSON.stringify(definitions).match(/"(allOf|oneOf|enum)":|#\/components/)).toBeNull();
  });

  it('is protobuf for who asks for it, under a name that Go can parse', async () => {
    const answer = await get('/openapi/v2', {
      Accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    });
    expect(answer.headers.get('content-type')).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    const fields = [...readFields(Buffer.from(await answer.arrayBuffer()))];
    expect(fields.map(({ number }) => number)).toEqual([1, 2, 8, 9]);
    const [first] = fields;
    expect(first?.type === 'bytes' && first.value.toString()).toBe('2.0');
  });
});
