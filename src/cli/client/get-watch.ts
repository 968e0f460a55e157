import { KubeletteError } from '../../lib/errors.js';
import { writeBytes } from '../output/write-bytes.js';
import { locate, tableFormat, type GetFlags, type Target } from './get-targets.js';
import { objectName, type AnyObject, type ObjectList } from './objects.js';
import { formatObject } from './print-objects.js';
import type { Session } from './session.js';
import { TABLE, TablePrinter, type Table } from './table-printer.js';
import { watchEvents, type WatchEvent } from './watch-events.js';

/** `get -w`: what is there, then a line for each change, until the server ends the watch, the user interrupts, or nobody reads. */
export async function watchTables(session: Session, targets: readonly Target[], flags: GetFlags): Promise<void> {
  const [target, ...others] = targets;
  if (target === undefined) return;
  if (others.length > 0)
    throw new KubeletteError('Invalid', 'you may only specify a single resource type, and one name, to watch');
  const { client, signal, terminal } = session;
  const print = objectPrinter(target, flags);
  const accept = print.table ? TABLE : 'application/json';
  const { path, query } = locate(session, target, flags);
  const first = await client.json<Table & Partial<ObjectList> & AnyObject>({ path, query, accept }, signal);
  if (flags.watchOnly !== true && !(await writeBytes(terminal.out, await print.first(first), signal))) return;

  const collection = locate(session, { resource: target.resource }, flags);
  const watch =
    target.name === undefined
      ? { ...collection.query, resourceVersion: first.metadata.resourceVersion }
      : { fieldSelector: `metadata.name=${target.name}`, resourceVersion: '0' };
  // From version 0 the object comes again as it was printed.
  let skip = target.name === undefined ? 0 : 1;
  for await (const event of watchEvents<Table & AnyObject>(
    client,
    { path: collection.path, query: watch, accept },
    signal,
  )) {
    if (event.type === 'BOOKMARK') continue;
    const text = await print.change(event);
    if (skip > 0) skip -= 1;
    else if (!(await writeBytes(terminal.out, text, signal))) return;
  }
}

interface Printer {
  readonly table: boolean;
  first(answer: Table & Partial<ObjectList> & AnyObject): Promise<string>;
  change(event: WatchEvent<Table & AnyObject>): Promise<string>;
}

function objectPrinter({ resource }: Target, flags: GetFlags): Printer {
  const { output: format = '' } = flags;
  if (format === '' || format === 'wide') {
    const tables = new TablePrinter(tableFormat(resource, flags, false));
    const withEvents = flags.outputWatchEvents === true;
    const event = (cell: string) => (withEvents ? { heading: 'EVENT', cell } : undefined);
    return {
      table: true,
      first: async (table) => ((table.rows ?? []).length === 0 ? '' : tables.print([table], event('ADDED'))),
      change: async ({ object, type }) => tables.print([object], event(type)),
    };
  }
  const one = async (object: AnyObject): Promise<string> => {
    if (format === 'name') return `${objectName(resource, object.metadata.name)}\n`;
    const text = await formatObject(object, format as 'json' | 'yaml', flags.showManagedFields === true);
    return format === 'yaml' ? `---\n${text}` : text;
  };
  return {
    table: false,
    first: async (answer) => (await Promise.all((answer.items ?? [answer]).map((object) => one(object)))).join(''),
    change: ({ object }) => one(object),
  };
}
