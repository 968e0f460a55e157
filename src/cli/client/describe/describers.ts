import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/claim.js';
import type { ConfigMap, Secret } from '../../../api/schema/config.js';
import type { Lease } from '../../../api/schema/lease.js';
import type { KubeObject } from '../../../api/schema/meta.js';
import type { Namespace } from '../../../api/schema/namespace.js';
import type { Node } from '../../../api/schema/node.js';
import type { Pod } from '../../../api/schema/pod.js';
import type { ServiceAccount } from '../../../api/schema/service-account.js';
import { ApiError } from '../api-error.js';
import { groupVersion, type Resource } from '../discovery.js';
import type { EventObject } from '../event-object.js';
import { listAll } from '../list-all.js';
import type { Session } from '../session.js';
import { describeAnyObject } from './any-object.js';
import { describeClaim, describePersistentVolume } from './claim.js';
import { describeConfigMap, describeSecret } from './config.js';
import { Description } from './description.js';
import { describeNamespace } from './namespace.js';
import { describeNode } from './node.js';
import { describePod } from './pod.js';
import { describeServiceAccount } from './service-account.js';

/** Asks for what belongs to the object, and adds its description. Objects come from the server: their shape is its promise. */
type Describer = (session: Session, to: Description, object: never, withEvents: boolean) => Promise<void>;

/** Of the core group. */
const DESCRIBERS: Readonly<Record<string, Describer>> = {
  Pod: async (session, to, pod: Pod, withEvents) => describePod(to, pod, await eventsOf(session, pod, withEvents, {})),
  Node: async (session, to, node: Node, withEvents) =>
    describeNode(
      to,
      node,
      await leaseOf(session, node),
      await podsOf(session, node),
      await nodeEvents(session, node, withEvents),
    ),
  ConfigMap: async (session, to, map: ConfigMap, withEvents) =>
    describeConfigMap(to, map, await eventsOf(session, map, withEvents)),
  Secret: async (_session, to, secret: Secret) => describeSecret(to, secret),
  Namespace: async (_session, to, namespace: Namespace) => describeNamespace(to, namespace),
  PersistentVolumeClaim: async (session, to, claim: PersistentVolumeClaim, withEvents) =>
    describeClaim(to, claim, await neighbours<Pod>(session, claim, 'pods'), await eventsOf(session, claim, withEvents)),
  PersistentVolume: async (session, to, volume: PersistentVolume, withEvents) =>
    describePersistentVolume(to, volume, await eventsOf(session, volume, withEvents)),
  ServiceAccount: async (session, to, account: ServiceAccount, withEvents) =>
    describeServiceAccount(
      to,
      account,
      await neighbours<Secret>(session, account, 'secrets'),
      await eventsOf(session, account, withEvents),
    ),
};

/** The description of one object, with the events about it where they are wanted. */
export async function descriptionOf(
  session: Session,
  resource: Resource,
  object: KubeObject,
  withEvents: boolean,
): Promise<string> {
  const to = new Description(session.terminal.clock.now());
  const describer = groupVersion(resource) === 'v1' ? DESCRIBERS[resource.kind] : undefined;
  if (describer === undefined) describeAnyObject(to, object, await eventsOf(session, object, withEvents));
  else await describer(session, to, object as never, withEvents);
  return to.toString();
}

/** Events are looked for by name, namespace and UID, and by kind where that is unambiguous. */
async function eventsOf(
  session: Session,
  { kind, metadata }: KubeObject,
  wanted: boolean,
  only: Readonly<Record<string, string | undefined>> = { kind },
): Promise<readonly EventObject[] | undefined> {
  if (!wanted) return undefined;
  const { name, namespace, uid } = metadata;
  const terms = Object.entries({ name, namespace: namespace ?? '', uid, ...only });
  const fieldSelector = terms.flatMap(([field, value]) =>
    value === undefined ? [] : [`involvedObject.${field}=${value}`],
  );
  const path = namespace === undefined ? '/api/v1/events' : `${namespacePath(namespace)}/events`;
  return listAll<EventObject>(session, path, { fieldSelector: fieldSelector.join(',') });
}

/** The kubelet writes a node's name where others write its UID. */
async function nodeEvents(session: Session, node: Node, wanted: boolean): Promise<readonly EventObject[] | undefined> {
  const byUid = await eventsOf(session, node, wanted);
  const byName = await eventsOf(session, node, wanted, { kind: 'Node', uid: node.metadata.name });
  return byUid === undefined || byName === undefined ? undefined : [...byUid, ...byName];
}

async function leaseOf({ client, signal }: Session, { metadata }: Node): Promise<Lease | string> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${encodeURIComponent(metadata.name)}`;
  try {
    return await client.json<Lease>({ path }, signal);
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

const podsOf = (session: Session, { metadata }: Node): Promise<readonly Pod[]> =>
  listAll<Pod>(session, '/api/v1/pods', {
    fieldSelector: `spec.nodeName=${metadata.name},status.phase!=Succeeded,status.phase!=Failed`,
  });

/** All of a type in an object's namespace. */
const neighbours = <T extends KubeObject>(
  session: Session,
  { metadata }: KubeObject,
  plural: string,
): Promise<readonly T[]> => listAll<T>(session, `${namespacePath(metadata.namespace ?? '')}/${plural}`, {});

const namespacePath = (namespace: string): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
