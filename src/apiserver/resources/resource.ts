import type { KubeObject } from '../../api/schema/meta.js';
import type { Clock } from '../../lib/clock.js';
import type { Store } from '../../store/store.js';
import { notFound, type ResourceName } from '../http/status-error.js';
import type { Kind } from './kind.js';

/** One kind's objects in the store, in the form of that kind. */
export class Resource {
  readonly kind: Kind;
  readonly store: Store;
  readonly clock: Clock;
  /** Of the kind that is stored: another one for a view. */
  readonly storedKind: Kind;

  constructor(kind: Kind, store: Store, clock: Clock) {
    this.kind = kind;
    this.store = store;
    this.clock = clock;
    this.storedKind = kind.view?.of ?? kind;
  }

  /** As messages name it. */
  get name(): ResourceName {
    return { group: this.kind.group, plural: this.kind.plural };
  }

  /** A stored object in the form of this kind. Frozen, and the same instance each time unless the kind is a view. */
  toView(object: KubeObject): KubeObject {
    return this.kind.view?.fromStored(object) ?? object;
  }

  toStored(object: KubeObject): KubeObject {
    return this.kind.view?.toStored(object) ?? object;
  }

  key(namespace: string | undefined, name: string): string {
    return namespace === undefined ? name : `${namespace}/${name}`;
  }

  /** The stored object. @throws StatusError 404 */
  demand(namespace: string | undefined, name: string): KubeObject {
    const object = this.store.get(this.storedKind.kind, this.key(namespace, name));
    if (object === undefined) throw notFound(this.name, name);
    return object;
  }

  /** Namespaces in order, and the objects of each by name; with the version of the whole. */
  list(namespace: string | undefined): { readonly items: readonly KubeObject[]; readonly resourceVersion: string } {
    const { items, resourceVersion } = this.store.list(
      this.storedKind.kind,
      namespace === undefined ? {} : { namespace },
    );
    return { items: items.map((object) => this.toView(object)).sort(byNamespaceAndName), resourceVersion };
  }
}

/** The place of an object in a list, as text of which the order is that of the list. */
export const placeOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}\0${metadata.name}`;

const byNamespaceAndName = (a: KubeObject, b: KubeObject): number => (placeOf(a) < placeOf(b) ? -1 : 1);
