import { KubeletteError } from '../../lib/errors.js';
import { ApiError } from './api-error.js';
import { qualifiedPlural, resourcePath, type Resource } from './discovery.js';
import type { AnyObject, ObjectList } from './objects.js';
import type { Session } from './session.js';
import { watchEvents } from './watch-events.js';

/** One object by name. */
export interface WaitedObject {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid?: string;
}

/**
 * Waits until the object is deleted, or there is another one of its name.
 * @param deadline aborts when the user interrupts or the time is up
 * @throws KubeletteError `Timeout`
 */
export async function untilGone(session: Session, object: WaitedObject, deadline: AbortSignal): Promise<void> {
  const { name, namespace, resource, uid } = object;
  const path = resourcePath(resource, namespace);
  const query = { fieldSelector: `metadata.name=${name}` };
  try {
    for (;;) {
      const { items, metadata } = await session.client.json<ObjectList>({ path, query }, deadline);
      const [found] = items;
      if (found === undefined || (uid !== undefined && found.metadata.uid !== uid)) return;
      if (await sawItGo(session, path, { ...query, resourceVersion: metadata?.resourceVersion }, uid, deadline)) return;
    }
  } catch (error) {
    if (!deadline.aborted || session.signal.aborted) throw error;
    throw new KubeletteError('Timeout', `timed out waiting for the condition on ${qualifiedPlural(resource)}/${name}`, {
      cause: error,
    });
  }
}

/** @returns false when the watch ended or its version is too old, so that one must look again */
async function sawItGo(
  { client }: Session,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  uid: string | undefined,
  deadline: AbortSignal,
): Promise<boolean> {
  try {
    for await (const { object, type } of watchEvents<AnyObject>(client, { path, query }, deadline)) {
      if (type === 'BOOKMARK') continue;
      if (type === 'DELETED' || (uid !== undefined && object.metadata.uid !== uid)) return true;
    }
  } catch (error) {
    if (!(error instanceof ApiError && error.httpStatus === 410)) throw error;
  }
  return false;
}
