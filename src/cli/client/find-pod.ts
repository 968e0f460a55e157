import { KubeletteError } from '../../lib/errors.js';
import { resourcePath } from './discovery.js';
import type { ClientPod } from './pod-containers.js';
import { readResourceArguments } from './resource-arguments.js';
import type { Session } from './session.js';

/** The pod of an argument `NAME`, `pod/NAME` or `po/NAME`. @throws ApiError when there is none */
export async function findPod(session: Session, argument: string, about: string): Promise<ClientPod> {
  const { client, namespace, signal } = session;
  const name = await podName(session, argument, about);
  return client.json<ClientPod>({ path: podPath(namespace, name) }, signal);
}

/** `/api/v1/namespaces/NS/pods/NAME`. */
export const podPath = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;

async function podName({ discovery }: Session, argument: string, about: string): Promise<string> {
  if (!argument.includes('/')) return argument;
  const selection = await readResourceArguments([argument], discovery);
  const object = selection.kind === 'objects' ? selection.objects[0] : undefined;
  if (object === undefined) throw new KubeletteError('Invalid', `expected one pod, got ${argument}`);
  const { name, resource } = object;
  if (resourcePath(resource, undefined) === '/api/v1/pods') return name;
  throw new KubeletteError('Unsupported', `cannot ${about} ${resource.singular}/${name}: only pods`);
}
