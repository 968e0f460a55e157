import type { KubeObject } from '../../api/schema/meta.js';
import { KubeletteError } from '../../lib/errors.js';
import { ApiError } from './api-error.js';
import { descriptionOf } from './describe/describers.js';
import { groupVersion, resourcePath, type Resource } from './discovery.js';
import { listAll } from './list-all.js';
import { manifestObjectPath, readManifestObjects, type ManifestFlags } from './manifest-objects.js';
import { readResourceArguments } from './resource-arguments.js';
import { selectorQuery, type SelectorFlags } from './selectors.js';
import type { Session } from './session.js';

export interface DescribeFlags extends ManifestFlags, Pick<SelectorFlags, 'selector'> {
  readonly allNamespaces?: true;
  readonly showEvents: boolean;
}

interface Found {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** `describe`: objects for people to read, with what belongs to them and what happened to them. */
export async function describe(session: Session, args: readonly string[], flags: DescribeFlags): Promise<void> {
  const { namespace, terminal } = session;
  const found =
    (flags.filename ?? []).length > 0 ? await ofManifests(session, flags) : await select(session, args, flags);
  for (const [index, { object, resource }] of found.objects.entries()) {
    const text = await descriptionOf(session, resource, object, flags.showEvents);
    if (found.similar === true) terminal.out.write(`${text}\n`);
    else terminal.out.write(index === 0 ? text : `\n\n${text}`);
  }
  found.failures.forEach(session.report);
  if (found.objects.length > 0 || found.failures.length > 0) return;
  const where = flags.allNamespaces === true ? '' : ` in ${namespace} namespace.`;
  terminal.err.write(`No resources found${where}\n`);
}

interface Selected {
  readonly objects: readonly Found[];
  readonly failures: readonly unknown[];
  /** Not what was named: their names begin with it. */
  readonly similar?: true;
}

async function ofManifests(session: Session, flags: DescribeFlags): Promise<Selected> {
  const objects = await readManifestObjects(session, flags);
  return collect(
    session,
    objects.map((object) => ({ resource: object.resource, path: manifestObjectPath(object) })),
  );
}

async function select(session: Session, args: readonly string[], flags: DescribeFlags): Promise<Selected> {
  if (args.length === 0)
    throw new KubeletteError(
      'Invalid',
      'You must specify the type of resource to describe. Use "kubelette api-resources" for a complete list of supported resources.',
    );
  const selection = await readResourceArguments(args, session.discovery);
  const { namespace } = session;
  const scope = flags.allNamespaces === true ? undefined : namespace;
  if (selection.kind === 'types') {
    const lists = selection.types.map(async (resource) => listType(session, resource, scope, flags));
    return { objects: (await Promise.all(lists)).flat(), failures: [] };
  }
  if (flags.selector !== undefined)
    throw new KubeletteError('Invalid', 'name cannot be provided when a selector is specified');
  if (flags.allNamespaces === true)
    throw new KubeletteError('Invalid', 'a resource cannot be retrieved by name across all namespaces');
  const places = selection.objects.map(({ name, resource }) => ({
    resource,
    path: resourcePath(resource, namespace, name),
  }));
  const found = await collect(session, places);
  const [first, ...others] = selection.objects;
  if (found.objects.length > 0 || first === undefined || others.length > 0 || args.length !== 2) return found;
  // As kubectl: what has no such name may begin with it.
  const similar = (await listType(session, first.resource, namespace, {})).filter(({ object }) =>
    object.metadata.name.startsWith(first.name),
  );
  return similar.length > 0 ? { objects: similar, failures: [], similar: true } : found;
}

async function listType(
  session: Session,
  resource: Resource,
  namespace: string | undefined,
  flags: Pick<SelectorFlags, 'selector'>,
): Promise<readonly Found[]> {
  const items = await listAll<KubeObject>(session, resourcePath(resource, namespace), selectorQuery(flags));
  // Items of a list do not say what they are.
  const type = { apiVersion: groupVersion(resource), kind: resource.kind };
  return items.map((item) => ({ resource, object: { ...item, ...type } }));
}

async function collect(
  { client, signal }: Session,
  places: readonly { readonly resource: Resource; readonly path: string }[],
): Promise<Selected> {
  const objects: Found[] = [];
  const failures: unknown[] = [];
  for (const { path, resource } of places)
    try {
      objects.push({ resource, object: await client.json<KubeObject>({ path }, signal) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failures.push(error);
    }
  return { objects, failures };
}
