import { KubeletteError } from '../../lib/errors.js';
import type { ApiClient } from './api-client.js';

/** One resource of the API, as discovery tells of it. */
export interface Resource {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** `v1`, `apps/v1`. */
export const groupVersion = ({ group, version }: Pick<Resource, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** `pod`, `lease.coordination.k8s.io`: what stands before the slash where an object is named. */
export const qualifiedSingular = ({ group, singular }: Resource): string =>
  group === '' ? singular : `${singular}.${group}`;

/** `pods`, `leases.coordination.k8s.io`. */
export const qualifiedPlural = ({ group, plural }: Resource): string => (group === '' ? plural : `${plural}.${group}`);

/** Where the objects of a resource are; without a namespace, those of all. */
export function resourcePath(resource: Resource, namespace: string | undefined, name?: string): string {
  const { group, version, plural, namespaced } = resource;
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${base}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** What the server offers, asked for when it is first needed: most commands are about the core group alone. */
export class Discovery {
  readonly #client: ApiClient;
  readonly #signal: AbortSignal;
  #core: Promise<readonly Resource[]> | undefined;
  #all: Promise<readonly Resource[]> | undefined;

  constructor(client: ApiClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Everything, the core group first, then in the server's order. */
  all(): Promise<readonly Resource[]> {
    return (this.#all ??= Promise.all([this.#coreGroup(), this.#load('/apis')]).then((parts) => parts.flat()));
  }

  /**
   * The resource of a plural, singular, short or kind name, also followed by `.GROUP` or `.VERSION.GROUP`.
   * @throws KubeletteError `NotFound`
   */
  async resource(name: string): Promise<Resource> {
    const matches = namedBy(name);
    const found = (await this.#coreGroup()).find(matches) ?? (await this.all()).find(matches);
    if (found !== undefined) return found;
    throw new KubeletteError('NotFound', `the server doesn't have a resource type "${name}"`);
  }

  /** The resources a type argument stands for: one, or those of a category that can be listed. */
  async typesOf(name: string): Promise<readonly Resource[]> {
    if (name === 'all') {
      const all = await this.all();
      const members = all.filter(({ categories, verbs }) => categories.includes(name) && verbs.includes('list'));
      if (members.length > 0) return members;
    }
    return [await this.resource(name)];
  }

  /** The resource of an object. @throws KubeletteError `NotFound` when the server has no such kind */
  async ofKind(apiVersion: string, kind: string): Promise<Resource> {
    const matches = (resource: Resource): boolean => resource.kind === kind && groupVersion(resource) === apiVersion;
    const resources = apiVersion === 'v1' ? await this.#coreGroup() : await this.all();
    const found = resources.find(matches);
    if (found !== undefined) return found;
    throw new KubeletteError('NotFound', `no matches for kind "${kind}" in version "${apiVersion}"`);
  }

  #coreGroup(): Promise<readonly Resource[]> {
    return (this.#core ??= this.#load('/api'));
  }

  async #load(path: string): Promise<readonly Resource[]> {
    const { contentType, text } = await this.#client.text({ path, accept: AGGREGATED }, this.#signal);
    if (!contentType.includes('as=APIGroupDiscoveryList'))
      throw new KubeletteError('Unsupported', 'the server has no aggregated discovery: it is not a kubelette agent');
    return toResources(JSON.parse(text) as DiscoveryList);
  }
}

interface DiscoveryList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind?: string };
        readonly scope: string;
        readonly singularResource?: string;
        readonly shortNames?: readonly string[];
        readonly categories?: readonly string[];
        readonly verbs?: readonly string[];
      }[];
    }[];
  }[];
}

function toResources({ items = [] }: DiscoveryList): readonly Resource[] {
  return items.flatMap(({ metadata, versions = [] }) =>
    versions.flatMap(({ resources = [], version }) =>
      resources.map((entry) => ({
        group: metadata?.name ?? '',
        version,
        kind: entry.responseKind?.kind ?? '',
        plural: entry.resource,
        singular: entry.singularResource ?? entry.resource,
        shortNames: entry.shortNames ?? [],
        categories: entry.categories ?? [],
        namespaced: entry.scope === 'Namespaced',
        verbs: entry.verbs ?? [],
      })),
    ),
  );
}

function namedBy(text: string): (resource: Resource) => boolean {
  const [word = '', ...rest] = text.toLowerCase().split('.');
  const suffix = rest.join('.');
  return ({ group, kind, plural, shortNames, singular, version }) => {
    const isNamed = [plural, singular, kind.toLowerCase(), ...shortNames].includes(word);
    return isNamed && (suffix === '' || suffix === group || suffix === `${version}.${group}`);
  };
}
