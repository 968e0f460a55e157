import type { DiscoveryGroup, DiscoveryResource } from './discovery-resource.js';

/** Versions of the aggregated form that are served; their shapes are the same. */
export type AggregatedVersion = 'v2' | 'v2beta1';

/** The one content type by which kubectl knows the aggregated form; with any other it sees an empty legacy list. */
export const aggregatedContentType = (version: AggregatedVersion): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

/** `/api` (the core group) or `/apis` (the others) with everything in it, in one answer. */
export const aggregatedList = (groups: readonly DiscoveryGroup[], version: AggregatedVersion) => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: groups.map(({ name, versions }) => ({
    metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
    versions: versions.map((each) => ({
      version: each.version,
      resources: each.resources.map(resourceEntry),
      freshness: 'Current',
    })),
  })),
});

const resourceEntry = (resource: DiscoveryResource) => ({
  resource: resource.plural,
  responseKind: { group: resource.group, version: resource.version, kind: resource.kind },
  scope: resource.namespaced ? 'Namespaced' : 'Cluster',
  singularResource: resource.singular,
  verbs: resource.verbs,
  ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
  ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
  ...(resource.subresources.length === 0
    ? {}
    : {
        subresources: resource.subresources.map(({ name, responseKind, verbs }) => ({
          subresource: name,
          responseKind,
          verbs,
        })),
      }),
});
