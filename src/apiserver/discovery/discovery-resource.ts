import type { Subresource } from '../resources/kind.js';

/** What discovery says of one resource. Every `Kind` is one; resources without objects (reviews, metrics) are too. */
export interface DiscoveryResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Exactly those that work: `get all` lists whatever says `list`. */
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
}

/** One API group, `''` for core, its versions in order of preference. */
export interface DiscoveryGroup {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly resources: readonly DiscoveryResource[] }[];
}

/** The groups and versions in the order in which they first appear. */
export function groupResources(resources: readonly DiscoveryResource[]): readonly DiscoveryGroup[] {
  const groups = new Map<string, Map<string, DiscoveryResource[]>>();
  for (const resource of resources) {
    const versions = groups.get(resource.group) ?? new Map<string, DiscoveryResource[]>();
    groups.set(resource.group, versions);
    versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions].map(([version, members]) => ({ version, resources: members })),
  }));
}
