import type { Clock } from '../../lib/clock.js';
import type { Store } from '../../store/store.js';
import type { ApiHandler, Route } from '../http/types.js';
import type { Behaviour } from './behaviour.js';
import { Handlers } from './handlers.js';
import { apiVersionOf } from './define-kind.js';
import type { Kind } from './kind.js';
import { namespaceBehaviour, type NamespacePorts } from './namespace-behaviour.js';
import { ephemeralContainersBehaviour, ephemeralContainersKind } from './pod-ephemeral.js';
import { evictPod } from './pod-eviction.js';
import { podBehaviour, type PodPorts } from './pod-behaviour.js';
import { resizeBehaviour, resizeKind } from './pod-resize.js';
import type { ApplyPatch, DecodeBody } from './ports.js';
import { Resource } from './resource.js';

export interface ResourceRoutesOptions extends PodPorts, NamespacePorts {
  readonly store: Store;
  readonly kinds: readonly Kind[];
  readonly clock: Clock;
  readonly decodeBody: DecodeBody;
  readonly applyPatch: ApplyPatch;
}

/** The routes of all kinds: objects, collections, and the `status` subresource. */
export function resourceRoutes(options: ResourceRoutesOptions): Route[] {
  const behaviours: Readonly<Record<string, Behaviour>> = {
    Pod: podBehaviour(options),
    Namespace: namespaceBehaviour(options),
    // A node is registered by what knows its status.
    Node: { prepareCreate: (node) => node },
  };
  return options.kinds.flatMap((kind) => {
    const resource = new Resource(kind, options.store, options.clock);
    const handlers = new Handlers(resource, behaviours[resource.storedKind.kind] ?? {}, options);
    return [...kindRoutes(kind, handlers), ...statusRoutes(kind, handlers), ...podRoutes(resource, options)];
  });
}

/** What is done with pods besides changing them, where it is a change of objects. */
function podRoutes({ kind, store, clock }: Resource, options: ResourceRoutesOptions): Route[] {
  if (kind.kind !== 'Pod') return [];
  const behaviour = podBehaviour(options);
  const path = `${collectionPath(kind)}/:name`;
  const evict = evictPod(new Resource(kind, store, clock), behaviour, options.decodeBody);
  const ephemeral = new Handlers(
    new Resource(ephemeralContainersKind(kind), store, clock),
    ephemeralContainersBehaviour(behaviour),
    options,
  );
  const resize = new Handlers(new Resource(resizeKind(kind), store, clock), resizeBehaviour(behaviour), options);
  return [
    { method: 'POST', pattern: `${path}/eviction`, handle: evict },
    { method: 'GET', pattern: `${path}/ephemeralcontainers`, handle: ephemeral.get },
    { method: 'PUT', pattern: `${path}/ephemeralcontainers`, handle: ephemeral.replace('object') },
    { method: 'PATCH', pattern: `${path}/ephemeralcontainers`, handle: ephemeral.patch('object') },
    { method: 'GET', pattern: `${path}/resize`, handle: resize.get },
    { method: 'PUT', pattern: `${path}/resize`, handle: resize.replace('object') },
    { method: 'PATCH', pattern: `${path}/resize`, handle: resize.patch('object') },
  ];
}

/** `/api/v1`, `/apis/coordination.k8s.io/v1`. */
const basePath = (kind: Kind): string => `/${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;

const collectionPath = (kind: Kind): string =>
  `${basePath(kind)}${kind.namespaced ? '/namespaces/:namespace' : ''}/${kind.plural}`;

function kindRoutes(kind: Kind, handlers: Handlers): Route[] {
  const collection = collectionPath(kind);
  const object = `${collection}/:name`;
  const all = `${basePath(kind)}/${kind.plural}`;
  const routes: Route[] = [];
  const add = (verb: Kind['verbs'][number], method: Route['method'], pattern: string, handle: ApiHandler): void => {
    if (kind.verbs.includes(verb)) routes.push({ method, pattern, handle });
  };
  add('list', 'GET', collection, handlers.listOrWatch);
  if (kind.namespaced) add('list', 'GET', all, handlers.listOrWatch);
  add('create', 'POST', collection, handlers.create);
  add('deletecollection', 'DELETE', collection, handlers.deleteCollection);
  add('get', 'GET', object, handlers.get);
  add('update', 'PUT', object, handlers.replace('object'));
  add('patch', 'PATCH', object, handlers.patch('object'));
  add('delete', 'DELETE', object, handlers.delete);
  return routes;
}

function statusRoutes(kind: Kind, handlers: Handlers): Route[] {
  if (!kind.subresources.some(({ name }) => name === 'status')) return [];
  const pattern = `${collectionPath(kind)}/:name/status`;
  return [
    { method: 'GET', pattern, handle: handlers.get },
    { method: 'PUT', pattern, handle: handlers.replace('status') },
    { method: 'PATCH', pattern, handle: handlers.patch('status') },
  ];
}
