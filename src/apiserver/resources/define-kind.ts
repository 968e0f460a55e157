import type { KubeObject } from '../../api/schema/meta.js';
import type { Kind } from './kind.js';

const ALL_VERBS: Kind['verbs'] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What a kind is like unless it says otherwise. */
type Usual = 'singular' | 'shortNames' | 'categories' | 'verbs' | 'subresources' | 'fields' | 'applyDefaults';

/**
 * A kind with all verbs and nothing special but what is given. The type of its objects is forgotten: from here on they
 * come from `schema`, so the functions get what they are made for.
 */
export function defineKind<T extends KubeObject>(
  kind: Omit<Kind<T>, Usual | 'validateUpdate'> & Partial<Pick<Kind<T>, Usual | 'validateUpdate'>>,
): Kind {
  return {
    singular: kind.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: ALL_VERBS,
    subresources: [],
    fields: {},
    applyDefaults: (object: T) => object,
    validateUpdate: (next: T) => kind.validate(next),
    ...kind,
  } as unknown as Kind;
}

/** `v1`, `events.k8s.io/v1`. */
export const apiVersionOf = ({ group, version }: Pick<Kind, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;
