import type { DiscoveryGroup, DiscoveryResource } from './discovery-resource.js';

/** `GET /api` as before aggregation. @param serverAddress `Host` of the request */
export const apiVersions = (groups: readonly DiscoveryGroup[], serverAddress: string) => ({
  kind: 'APIVersions',
  versions: groups.flatMap(({ versions }) => versions.map(({ version }) => version)),
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
});

/** `GET /apis` as before aggregation. */
export const apiGroupList = (groups: readonly DiscoveryGroup[]) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groups.map(groupEntry),
});

/** `GET /apis/GROUP`. */
export const apiGroup = (group: DiscoveryGroup) => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) });

/** `GET /api/v1` and `GET /apis/GROUP/VERSION`; subresources stand beside their resource. */
export const apiResourceList = (groupVersion: string, resources: readonly DiscoveryResource[]) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: resources.flatMap((resource) => [
    {
      name: resource.plural,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: resource.verbs,
      ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
      ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    },
    ...resource.subresources.map(({ name, responseKind, verbs }) => ({
      name: `${resource.plural}/${name}`,
      singularName: '',
      namespaced: resource.namespaced,
      // Only when it is not that of the list.
      ...(toGroupVersion(responseKind.group, responseKind.version) === groupVersion
        ? {}
        : { group: responseKind.group, version: responseKind.version }),
      kind: responseKind.kind,
      verbs,
    })),
  ]),
});

/** `v1`, `apps/v1`. */
export const toGroupVersion = (group: string, version: string): string =>
  group === '' ? version : `${group}/${version}`;

function groupEntry({ name, versions }: DiscoveryGroup) {
  const all = versions.map(({ version }) => ({ groupVersion: toGroupVersion(name, version), version }));
  return { name, versions: all, preferredVersion: all[0] };
}
