import { KubeletteError } from '../../lib/errors.js';
import { ApiError } from './api-error.js';
import type { Resource } from './discovery.js';
import { listPages } from './list-all.js';
import { readManifestObjects, requiredName } from './manifest-objects.js';
import { objectName, type AnyObject, type ObjectList } from './objects.js';
import { formatObject, toList, unknownFormat } from './print-objects.js';
import { readResourceArguments, type Selection } from './resource-arguments.js';
import type { Session } from './session.js';
import { TABLE, TablePrinter, type Table } from './table-printer.js';
import { locate, tableFormat, type GetFlags, type Target } from './get-targets.js';
import { watchTables } from './get-watch.js';

/** `get`: tables as the server makes them, or the objects themselves. */
export async function get(session: Session, args: readonly string[], flags: GetFlags): Promise<void> {
  const { client, discovery, signal, terminal } = session;
  if (flags.raw !== undefined) {
    const [path = '', query = ''] = flags.raw.split(/\?(.*)/s);
    const { text } = await client.text({ path, query: groupQuery(query), accept: '*/*' }, signal);
    terminal.out.write(text);
    return;
  }
  const format = flags.output ?? '';
  if (!['', 'wide', 'json', 'yaml', 'name'].includes(format))
    throw unknownFormat(format, ['json', 'name', 'wide', 'yaml']);
  const fromFiles = (flags.filename ?? []).length > 0;
  if (args.length === 0 && !fromFiles)
    throw new KubeletteError(
      'Invalid',
      'You must specify the type of resource to get, for example: kubelette get pods (see: kubelette api-resources)',
    );
  const selection = fromFiles ? await ofManifests(session, flags) : await readResourceArguments(args, discovery);
  const targets = targetsOf(selection, flags);
  if (flags.watch === true || flags.watchOnly === true) return watchTables(session, targets, flags);
  if (format === '' || format === 'wide') await printTables(session, targets, flags);
  else await printObjects(session, selection, targets, flags, format as 'json' | 'yaml' | 'name');
}

/** The objects that manifests name, as the server has them. */
async function ofManifests(session: Session, flags: GetFlags) {
  const found = await readManifestObjects(session, flags);
  const objects = found.map((object) => {
    const { namespace, resource } = object;
    return { resource, name: requiredName(object), ...(namespace === undefined ? {} : { namespace }) };
  });
  return { kind: 'objects' as const, objects };
}

/** @throws KubeletteError `Invalid` for flags that do not go together */
function targetsOf(selection: Selection, { allNamespaces, fieldSelector, selector }: GetFlags): readonly Target[] {
  if (selection.kind === 'types') return selection.types.map((resource) => ({ resource }));
  if (selector !== undefined || fieldSelector !== undefined)
    throw new KubeletteError('Invalid', 'name cannot be provided when a selector is specified');
  if (allNamespaces === true)
    throw new KubeletteError('Invalid', 'a resource cannot be retrieved by name across all namespaces');
  return selection.objects;
}

/** All of a list, or the one object. */
async function fetchAll<T extends { readonly metadata?: object }>(
  session: Session,
  target: Target,
  flags: GetFlags,
  accept: string,
): Promise<readonly T[]> {
  const { path, query } = locate(session, target, flags);
  if (target.name === undefined) return listPages<T>(session, path, query, accept);
  return [await session.client.json<T>({ path, query, accept }, session.signal)];
}

async function printTables(session: Session, targets: readonly Target[], flags: GetFlags): Promise<void> {
  const { report, terminal } = session;
  const several = new Set(targets.map(({ resource }) => resource)).size > 1;
  const found: { readonly resource: Resource; readonly tables: readonly Table[] }[] = [];
  const failures: unknown[] = [];
  for (const target of targets) {
    try {
      const tables = await fetchAll<Table>(session, target, flags, TABLE);
      if (tables.every(({ rows }) => (rows ?? []).length === 0)) continue;
      // Rows that follow each other are under one heading.
      const last = found.at(-1);
      if (last?.resource === target.resource)
        found[found.length - 1] = { ...last, tables: [...last.tables, ...tables] };
      else found.push({ resource: target.resource, tables });
    } catch (error) {
      session.signal.throwIfAborted();
      if (flags.ignoreNotFound !== true || !(error instanceof ApiError && error.notFound)) failures.push(error);
    }
  }
  const text = found.map(({ resource, tables }) =>
    new TablePrinter(tableFormat(resource, flags, several)).print(tables),
  );
  terminal.out.write(text.join('\n'));
  failures.forEach(report);
  if (found.length === 0 && failures.length === 0 && flags.ignoreNotFound !== true)
    terminal.err.write(nothingFound(session, targets, flags));
}

const nothingFound = ({ namespace }: Session, targets: readonly Target[], flags: GetFlags): string =>
  flags.allNamespaces === true || targets.every(({ resource }) => !resource.namespaced)
    ? 'No resources found\n'
    : `No resources found in ${namespace} namespace.\n`;

async function printObjects(
  session: Session,
  selection: Selection,
  targets: readonly Target[],
  flags: GetFlags,
  format: 'json' | 'yaml' | 'name',
): Promise<void> {
  const { report, signal, terminal } = session;
  const found: { readonly resource: Resource; readonly object: AnyObject }[] = [];
  for (const target of targets) {
    const { resource } = target;
    try {
      const answers = await fetchAll<AnyObject | ObjectList>(session, target, flags, 'application/json');
      for (const answer of answers)
        if ('items' in answer)
          for (const item of answer.items) found.push({ resource, object: withType(resource, item) });
        else found.push({ resource, object: answer });
    } catch (error) {
      signal.throwIfAborted();
      if (flags.ignoreNotFound !== true || !(error instanceof ApiError && error.notFound)) report(error);
    }
  }
  if (format === 'name') {
    terminal.out.write(found.map(({ object, resource }) => `${objectName(resource, object.metadata.name)}\n`).join(''));
    return;
  }
  const objects = found.map(({ object }) => object);
  const single = selection.kind === 'objects' && selection.objects.length === 1;
  if (single && objects.length === 0) return;
  const printed = single ? objects[0] : toList(objects);
  terminal.out.write(await formatObject(printed, format, flags.showManagedFields === true));
}

/** Items of a list do not say what they are. */
const withType = ({ group, kind, version }: Resource, item: AnyObject): AnyObject => ({
  ...item,
  apiVersion: group === '' ? version : `${group}/${version}`,
  kind,
});

/** The query of `--raw`; a name may come more than once. */
function groupQuery(text: string): Readonly<Record<string, readonly string[]>> {
  const query = new URLSearchParams(text);
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));
}
