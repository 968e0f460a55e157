import { ApiClient } from '../client/api-client.js';
import { Discovery, qualifiedPlural, resourcePath } from '../client/discovery.js';
import { podPath } from '../client/find-pod.js';
import { contextsOf, loadConnection } from '../client/kubeconfig.js';
import { listAll } from '../client/list-all.js';
import type { AnyObject } from '../client/objects.js';
import { startOrder, type ClientPod } from '../client/pod-containers.js';
import type { Candidate, Place, Wanted } from './wanted.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names of the contexts of the kubeconfig. */
export const contextNames = async (place: Place, env: Environment): Promise<readonly Candidate[]> =>
  (await contextsOf(place, env)).map((word) => ({ word }));

/** Types, names and containers, as the agent has them. @throws when there is none, or it does not answer in time */
export async function askServer(
  wanted: Wanted,
  place: Place,
  env: Environment,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const connection = await loadConnection(place, env);
  const client = new ApiClient(connection, () => undefined);
  const namespace = place.namespace ?? connection.namespace;
  const names = async (path: string): Promise<readonly string[]> =>
    (await listAll<AnyObject>({ client, signal }, path, {})).map(({ metadata }) => metadata.name);
  try {
    const discovery = new Discovery(client, signal);
    switch (wanted.kind) {
      case 'types': {
        const listed = (await discovery.all()).filter(({ verbs }) => verbs.includes('list'));
        const words = listed.map((resource) => ({ word: qualifiedPlural(resource), about: resource.kind }));
        return [...words.filter(({ word }) => !word.includes('.metrics.')), { word: 'all' }];
      }
      case 'names': {
        const found = await names(resourcePath(await discovery.resource(wanted.type), namespace));
        return found.map((word) => ({ word }));
      }
      case 'namespaces':
        return (await names('/api/v1/namespaces')).map((word) => ({ word }));
      case 'copies':
        return (await names(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`)).map((name) => ({
          word: `${name}:`,
        }));
      case 'containers': {
        const pod = await client.json<ClientPod>({ path: podPath(namespace, wanted.pod) }, signal);
        return startOrder(pod).map((word) => ({ word }));
      }
      default:
        return [];
    }
  } finally {
    client.close();
  }
}
