import { sortEvents, seenText, type EventObject } from '../event-object.js';
import type { Description } from './description.js';

/** The last part of most descriptions: what happened to the object, oldest first. */
export function describeEvents(to: Description, events: readonly EventObject[]): void {
  if (events.length === 0) {
    to.field(0, 'Events', '<none>');
    return;
  }
  to.line(0, 'Events:');
  const rows = sortEvents(events).map((event) => [
    event.type,
    event.reason,
    seenText(event, to.nowMs),
    event.source?.component ?? event.reportingComponent,
    (event.message ?? '').trim(),
  ]);
  to.table(1, ['Type', 'Reason', 'Age', 'From', 'Message'], rows, ['----', '------', '----', '----', '-------']);
}
