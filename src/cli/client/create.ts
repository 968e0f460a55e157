import { KubeletteError } from '../../lib/errors.js';
import { ApiError } from './api-error.js';
import { resourcePath } from './discovery.js';
import { readManifestObjects, toBody, type ManifestObject } from './manifest-objects.js';
import type { AnyObject } from './objects.js';
import type { Session } from './session.js';
import { printWritten, readDryRun, writeQuery, type WriteFlags } from './write-flags.js';

/** `create -f`: every object of the manifests is new. */
export async function create(session: Session, flags: WriteFlags): Promise<void> {
  if ((flags.filename ?? []).length === 0) throw new KubeletteError('Invalid', 'must specify -f');
  const objects = await readManifestObjects(session, flags);
  if (objects.length === 0) throw new KubeletteError('Invalid', 'no objects passed to create');
  for (const object of objects) {
    try {
      await printWritten(session, object.resource, await createOne(session, object, flags), 'created', flags);
    } catch (error) {
      session.signal.throwIfAborted();
      session.report(error instanceof ApiError ? error.during(`error when creating "${object.source}"`) : error);
    }
  }
}

async function createOne({ client, signal }: Session, object: ManifestObject, flags: WriteFlags): Promise<AnyObject> {
  const body = toBody(object);
  if (readDryRun(flags.dryRun) === 'client') return body;
  const path = resourcePath(object.resource, object.namespace);
  const query = writeQuery(flags);
  const request = { method: 'POST', path, query, body: { type: 'application/json', text: JSON.stringify(body) } };
  return client.json<AnyObject>(request, signal);
}
