import { createHash } from 'node:crypto';
import type { ApiRequest, ApiResponse, Route } from '../http/types.js';
import { acceptedForm } from './accepts.js';
import { aggregatedContentType, aggregatedList } from './aggregated.js';
import { groupResources, type DiscoveryGroup, type DiscoveryResource } from './discovery-resource.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions, toGroupVersion } from './legacy.js';

/** `/api`, `/apis` and all below them that tells which resources there are. */
export function discoveryRoutes(resources: readonly DiscoveryResource[]): readonly Route[] {
  const groups = groupResources(resources);
  const core = groups.filter(({ name }) => name === '');
  const named = groups.filter(({ name }) => name !== '');
  return [
    get('/api', (request) => root(request, core, apiVersions(core, request.headers.host ?? ''))),
    get('/apis', (request) => root(request, named, apiGroupList(named))),
    ...named.map((group) => get(`/apis/${group.name}`, (request) => cacheable(request, apiGroup(group)))),
    ...groups.flatMap(({ name, versions }) =>
      versions.map(({ version, resources: members }) => {
        const groupVersion = toGroupVersion(name, version);
        const list = apiResourceList(groupVersion, members);
        return get(`${name === '' ? '/api' : '/apis'}/${groupVersion}`, (request) => cacheable(request, list));
      }),
    ),
  ];
}

const get = (pattern: string, answer: (request: ApiRequest) => ApiResponse): Route => ({
  method: 'GET',
  pattern,
  handle: async (request) => answer(request),
});

function root(request: ApiRequest, groups: readonly DiscoveryGroup[], legacy: unknown): ApiResponse {
  const form = acceptedForm(request.headers.accept);
  return form === 'legacy'
    ? cacheable(request, legacy)
    : cacheable(request, aggregatedList(groups, form), aggregatedContentType(form));
}

/** With an `ETag`, and `304` for who has this very answer. */
function cacheable({ headers }: ApiRequest, object: unknown, contentType?: string): ApiResponse {
  const etag = `"${createHash('sha256').update(JSON.stringify(object)).digest('hex')}"`;
  const known = (headers['if-none-match'] ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  return {
    kind: 'object',
    status: known ? 304 : 200,
    object,
    headers: {
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      ETag: etag,
      Vary: 'Accept',
    },
  };
}
