import { KubeletteError } from '../../lib/errors.js';
import { ApiError } from './api-error.js';
import { qualifiedSingular, resourcePath, type Resource } from './discovery.js';
import { durationFlag } from './go-duration.js';
import { readManifestObjects, requiredName, type ManifestFlags } from './manifest-objects.js';
import { objectName, type AnyObject, type ObjectList } from './objects.js';
import { unknownFormat } from './print-objects.js';
import { readResourceArguments } from './resource-arguments.js';
import { selectorQuery, type SelectorFlags } from './selectors.js';
import type { Session } from './session.js';
import { untilGone } from './until-gone.js';
import { readDryRun } from './write-flags.js';

export interface DeleteFlags extends ManifestFlags, SelectorFlags {
  readonly all?: true;
  readonly allNamespaces?: true;
  readonly gracePeriod?: string;
  readonly force?: true;
  readonly now?: true;
  readonly wait: boolean;
  readonly timeout: string;
  readonly cascade?: string | true;
  readonly ignoreNotFound?: true;
  readonly dryRun?: string | true;
  readonly output?: string;
}

/** One object to delete. */
export interface Doomed {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  /** The manifest that named it. */
  readonly source?: string;
}

const IMMEDIATE =
  'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n';

/** `delete`: objects by name, by selector or by manifest; waits until they are gone, unless told not to. */
export async function deleteObjects(session: Session, args: readonly string[], flags: DeleteFlags): Promise<void> {
  const { report, signal, terminal } = session;
  const graceSeconds = readGrace(flags);
  const dryRun = readDryRun(flags.dryRun);
  const { output = '' } = flags;
  if (output !== '' && output !== 'name') throw unknownFormat(output, ['name']);
  const doomed = await selectDoomed(session, args, flags);
  if (doomed.length === 0) terminal.out.write('No resources found\n');
  else if (flags.force === true && graceSeconds === 0) terminal.err.write(IMMEDIATE);
  const deleted: (Doomed & { readonly uid?: string })[] = [];
  for (const one of doomed) {
    try {
      const uid = dryRun === 'client' ? undefined : await deleteOne(session, one, graceSeconds, flags);
      deleted.push({ ...one, ...(uid === undefined ? {} : { uid }) });
      terminal.out.write(`${deletedText(one, output, flags, graceSeconds)}\n`);
    } catch (error) {
      signal.throwIfAborted();
      if (flags.ignoreNotFound === true && error instanceof ApiError && error.notFound) continue;
      const when = one.source === undefined ? undefined : `error when deleting "${one.source}"`;
      report(error instanceof ApiError && when !== undefined ? error.during(when) : error);
    }
  }
  if (!flags.wait || dryRun !== 'none') return;
  const timeoutMs = durationFlag('--timeout', flags.timeout);
  const deadline = timeoutMs > 0 ? AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) : signal;
  for (const one of deleted) await untilGone(session, one, deadline);
}

/** Seconds, undefined for each object's own. @throws KubeletteError `Invalid` in kubectl's words */
function readGrace({ force, gracePeriod = '-1', now }: DeleteFlags): number | undefined {
  if (!/^-?\d+$/.test(gracePeriod))
    throw new KubeletteError('Invalid', `invalid argument "${gracePeriod}" for "--grace-period" flag`);
  const seconds = Number(gracePeriod);
  if (now === true) {
    if (seconds !== -1) throw new KubeletteError('Invalid', '--now and --grace-period cannot be specified together');
    return 1;
  }
  if (force === true) {
    if (seconds > 0)
      throw new KubeletteError('Invalid', '--force and --grace-period greater than 0 cannot be specified together');
    return 0;
  }
  // Not waiting for the end of processes takes --force, too.
  return seconds < 0 ? undefined : Math.max(seconds, 1);
}

async function selectDoomed(session: Session, args: readonly string[], flags: DeleteFlags): Promise<readonly Doomed[]> {
  const isSelecting = flags.selector !== undefined || flags.fieldSelector !== undefined;
  if ((flags.filename ?? []).length > 0) {
    const objects = await readManifestObjects(session, flags);
    return objects.map((object) => {
      const { namespace, resource, source } = object;
      return { resource, namespace, name: requiredName(object), source };
    });
  }
  if (flags.all === true && flags.selector !== undefined)
    throw new KubeletteError('Invalid', "setting 'all' parameter but found a non empty selector. ");
  if (args.length === 0)
    throw new KubeletteError('Invalid', 'You must provide one or more resources by argument or filename.');
  const selection = await readResourceArguments(args, session.discovery);
  if (selection.kind === 'objects') {
    if (isSelecting) throw new KubeletteError('Invalid', 'name cannot be provided when a selector is specified');
    return selection.objects.map(({ name, resource }) => ({ resource, namespace: session.namespace, name }));
  }
  if (!isSelecting && flags.all !== true)
    throw new KubeletteError('Invalid', 'resource(s) were provided, but no name was specified');
  const found = await Promise.all(selection.types.map((resource) => listDoomed(session, resource, flags)));
  return found.flat();
}

async function listDoomed(session: Session, resource: Resource, flags: DeleteFlags): Promise<readonly Doomed[]> {
  const path = resourcePath(resource, flags.allNamespaces === true ? undefined : session.namespace);
  const { items } = await session.client.json<ObjectList>({ path, query: selectorQuery(flags) }, session.signal);
  return items.map(({ metadata: { name, namespace } }) => ({ resource, namespace, name }));
}

/** @returns the object's uid, when the server tells it */
async function deleteOne(
  { client, signal }: Session,
  { name, namespace, resource }: Doomed,
  gracePeriodSeconds: number | undefined,
  flags: DeleteFlags,
): Promise<string | undefined> {
  const options = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: propagationPolicy(flags.cascade),
    gracePeriodSeconds,
    dryRun: readDryRun(flags.dryRun) === 'server' ? ['All'] : undefined,
  };
  const answer = await client.json<Partial<AnyObject> & { readonly details?: { readonly uid?: string } }>(
    {
      method: 'DELETE',
      path: resourcePath(resource, namespace, name),
      body: { type: 'application/json', text: JSON.stringify(options) },
    },
    signal,
  );
  return answer.metadata?.uid ?? answer.details?.uid;
}

function propagationPolicy(cascade: string | true | undefined): string {
  switch (cascade) {
    case undefined:
    case true:
    case 'true':
    case 'background':
      return 'Background';
    case 'foreground':
      return 'Foreground';
    case 'false':
    case 'orphan':
      return 'Orphan';
    default:
      throw new KubeletteError(
        'Invalid',
        `invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`,
      );
  }
}

function deletedText(
  { name, namespace, resource }: Doomed,
  output: string,
  flags: DeleteFlags,
  graceSeconds: number | undefined,
): string {
  if (output === 'name') return objectName(resource, name);
  const dryRun = readDryRun(flags.dryRun);
  const verb = graceSeconds === 0 ? 'force deleted' : 'deleted';
  const from = resource.namespaced && namespace !== undefined ? ` from ${namespace} namespace` : '';
  const suffix = dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
  return `${qualifiedSingular(resource)} "${name}" ${verb}${from}${suffix}`;
}
