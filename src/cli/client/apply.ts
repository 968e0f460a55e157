import { KubeletteError } from '../../lib/errors.js';
import { ApiError } from './api-error.js';
import { manifestObjectPath, readManifestObjects, toBody, type ManifestObject } from './manifest-objects.js';
import type { AnyObject } from './objects.js';
import type { Session } from './session.js';
import { printWritten, readDryRun, writeQuery, type WriteFlags } from './write-flags.js';

export interface ApplyFlags extends WriteFlags {
  readonly serverSide?: true;
  readonly forceConflicts?: true;
}

/**
 * `apply -f`: objects become as the manifests say. The server merges, and knows which fields were in the manifest last
 * time. Without `--server-side` fields of others are taken over and the words are those of plain `kubectl apply`.
 */
export async function apply(session: Session, flags: ApplyFlags): Promise<void> {
  if ((flags.filename ?? []).length === 0) throw new KubeletteError('Invalid', 'must specify -f');
  const objects = await readManifestObjects(session, flags);
  if (objects.length === 0) throw new KubeletteError('Invalid', 'no objects passed to apply');
  for (const object of objects) {
    try {
      refuseGenerated(object);
      const { applied, verb } = await applyOne(session, object, flags);
      await printWritten(session, object.resource, applied, verb, flags);
    } catch (error) {
      session.signal.throwIfAborted();
      session.report(error);
    }
  }
}

interface Applied {
  readonly applied: AnyObject;
  readonly verb: 'created' | 'configured' | 'unchanged' | 'serverside-applied';
}

async function applyOne(session: Session, object: ManifestObject, flags: ApplyFlags): Promise<Applied> {
  if (flags.serverSide === true) {
    const { applied } = await patch(session, object, flags, flags.forceConflicts === true);
    return { applied, verb: 'serverside-applied' };
  }
  const before = await current(session, object);
  if (readDryRun(flags.dryRun) === 'client')
    return { applied: toBody(object), verb: before === undefined ? 'created' : 'configured' };
  if (before?.metadata.deletionTimestamp !== undefined)
    session.terminal.err.write(
      `Warning: Detected changes to resource ${before.metadata.name} which is currently being deleted.\n`,
    );
  try {
    const { applied, isNew } = await patch(session, object, flags, true);
    if (isNew) return { applied, verb: 'created' };
    const same = applied.metadata.resourceVersion === before?.metadata.resourceVersion;
    return { applied, verb: same ? 'unchanged' : 'configured' };
  } catch (error) {
    const doing = before === undefined ? 'creating' : 'applying';
    throw error instanceof ApiError ? error.during(`error when ${doing} "${object.source}"`) : error;
  }
}

/** Each time, it would be another object. @throws KubeletteError `Invalid` in kubectl's words */
function refuseGenerated({ object: { metadata } }: ManifestObject): void {
  const { generateName = '', name } = metadata as Partial<AnyObject['metadata']>;
  if ((name ?? '') === '' && generateName !== '')
    throw new KubeletteError('Invalid', `from ${generateName}: cannot use generate name with apply`);
}

async function current({ client, signal }: Session, object: ManifestObject): Promise<AnyObject | undefined> {
  try {
    return await client.json<AnyObject>({ path: manifestObjectPath(object) }, signal);
  } catch (error) {
    if (error instanceof ApiError && error.notFound) return undefined;
    throw error;
  }
}

async function patch({ client, signal }: Session, object: ManifestObject, flags: ApplyFlags, force: boolean) {
  const { status, text } = await client.text(
    {
      method: 'PATCH',
      path: manifestObjectPath(object),
      query: { ...writeQuery(flags), force },
      body: { type: 'application/apply-patch+yaml', text: JSON.stringify(toBody(object)) },
    },
    signal,
  );
  return { applied: JSON.parse(text) as AnyObject, isNew: status === 201 };
}
