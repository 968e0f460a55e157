import { writeBytes } from '../output/write-bytes.js';
import { seenText, sortEvents, type EventObject } from './event-object.js';
import type { ObjectList } from './objects.js';
import { formatObject, toList, unknownFormat } from './print-objects.js';
import { readResourceArguments } from './resource-arguments.js';
import type { ClientFlags, Session } from './session.js';
import { TablePrinter, type TableRow } from './table-printer.js';
import { watchEvents } from './watch-events.js';

export interface EventsFlags extends ClientFlags {
  readonly allNamespaces?: true;
  readonly for?: string;
  readonly types?: readonly string[];
  readonly watch?: true;
  readonly headers: boolean;
  readonly output?: string;
}

const COLUMNS = ['Last Seen', 'Type', 'Reason', 'Object', 'Message'].map((name) => ({ name, priority: 0 }));

/** `events`: what happened, oldest first. */
export async function events(session: Session, flags: EventsFlags): Promise<void> {
  const { client, namespace, signal, terminal } = session;
  const { output = '' } = flags;
  if (!['', 'json', 'name', 'yaml'].includes(output)) throw unknownFormat(output, ['json', 'name', 'yaml']);
  const path =
    flags.allNamespaces === true ? '/api/v1/events' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const fieldSelector = flags.for === undefined ? undefined : await aboutObject(session, flags.for);
  const list = await client.json<ObjectList<EventObject>>({ path, query: { fieldSelector, limit: 500 } }, signal);
  const types = (flags.types ?? []).map((type) => type.toLowerCase());
  const isWanted = ({ type = '' }: EventObject): boolean => types.length === 0 || types.includes(type.toLowerCase());
  const found = sortEvents(list.items.filter(isWanted));
  const print = printer(session, flags);
  if (found.length > 0) {
    if (!(await writeBytes(terminal.out, await print(found), signal))) return;
  } else if (flags.watch !== true && output === '')
    terminal.err.write(
      flags.allNamespaces === true ? 'No events found.\n' : `No events found in ${namespace} namespace.\n`,
    );
  if (flags.watch !== true) return;
  const query = { fieldSelector, resourceVersion: list.metadata?.resourceVersion };
  for await (const { object, type } of watchEvents<EventObject>(client, { path, query }, signal))
    if ((type === 'ADDED' || type === 'MODIFIED') && isWanted(object))
      if (!(await writeBytes(terminal.out, await print([object]), signal))) return;
}

async function aboutObject({ discovery }: Session, argument: string): Promise<string> {
  const selection = await readResourceArguments([argument.includes('/') ? argument : `pod/${argument}`], discovery);
  const object = selection.kind === 'objects' ? selection.objects[0] : undefined;
  if (object === undefined) return '';
  return `involvedObject.kind=${object.resource.kind},involvedObject.name=${object.name}`;
}

function printer({ terminal }: Session, flags: EventsFlags): (found: readonly EventObject[]) => Promise<string> {
  const { output = '' } = flags;
  const withType = (event: EventObject): object => ({ apiVersion: 'v1', kind: 'Event', ...event });
  if (output === 'name') return async (found) => found.map(({ metadata }) => `event/${metadata.name}\n`).join('');
  if (output === 'json' || output === 'yaml') return (found) => formatObject(toList(found.map(withType)), output);
  const table = new TablePrinter({
    wide: false,
    noHeaders: !flags.headers,
    withNamespace: flags.allNamespaces === true,
    showLabels: false,
    labelColumns: [],
    namePrefix: '',
  });
  return async (found) =>
    table.print([{ columnDefinitions: COLUMNS, rows: found.map((event) => toRow(event, terminal.clock.now())) }]);
}

/** Source: kubectl pkg/cmd/events/event_printer.go. */
function toRow(event: EventObject, nowMs: number): TableRow {
  const { involvedObject: { kind = '', name = '' } = {}, message = '', reason = '', type = '' } = event;
  return { cells: [seenText(event, nowMs), type, reason, `${kind}/${name}`, message.trim()], object: event };
}
