import { FieldErrors, ROOT, type FieldError } from '../../api/field-error.js';
import { ageSince } from '../../api/printing/duration.js';
import { eventSchema, type Event, type ObjectReference } from '../../api/schema/event.js';
import { validateMeta } from '../../api/validation/meta.js';
import { defineKind } from '../resources/define-kind.js';
import type { Column } from '../resources/kind.js';
import { countColumn, textColumn, wide } from './columns.js';

/** The columns of both groups. Source: printEvent, kubernetes pkg/printers/internalversion/printers.go */
export const eventColumns: readonly Column<Event>[] = [
  textColumn('Last Seen', 'Time of last known occurrence', (event, now) => ageSince(lastSeen(event), now)),
  textColumn('Type', 'Type of event', ({ type }) => type ?? ''),
  textColumn('Reason', 'Reason this event was generated', ({ reason }) => reason ?? ''),
  textColumn('Object', 'Object this event is about', ({ involvedObject }) => shortReference(involvedObject)),
  wide(textColumn('Subobject', 'Part of the object', ({ involvedObject }) => involvedObject.fieldPath ?? '')),
  wide(textColumn('Source', 'Component that generated the event', sourceOf)),
  textColumn('Message', 'Human readable description of this event', ({ message }) => (message ?? '').trim()),
  wide(textColumn('First Seen', 'Time of first known occurrence', (event, now) => ageSince(firstSeen(event), now))),
  wide(countColumn('Count', 'Number of times this event has occurred', (event) => countOf(event))),
  wide({ ...textColumn<Event>('Name', 'Name of the event', ({ metadata }) => metadata.name), format: 'name' }),
];

/** Selectable parts of what an event is about. */
export const REFERENCE_FIELDS = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
] as const satisfies readonly (keyof ObjectReference)[];

export const eventKind = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  schema: eventSchema,
  columns: eventColumns,
  fields: {
    ...Object.fromEntries(
      REFERENCE_FIELDS.map((field) => [
        `involvedObject.${field}`,
        ({ involvedObject }: Event) => involvedObject[field] ?? '',
      ]),
    ),
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source, reportingComponent }) => source?.component ?? reportingComponent ?? '',
    type: ({ type }) => type ?? '',
  },
  validate: validateEvent,
});

/** An event lives where what it is about does; those about things without a namespace live in `default`. */
function validateEvent({ involvedObject, metadata }: Event): readonly FieldError[] {
  const errors = new FieldErrors();
  validateMeta(metadata, ROOT.child('metadata'), errors);
  const about = involvedObject.namespace ?? '';
  const right = about === '' ? ['default', 'kube-system'] : [about];
  if (!right.includes(metadata.namespace ?? ''))
    errors.invalid(ROOT.child('involvedObject', 'namespace'), about, 'does not match event.namespace');
  return errors.list;
}

const firstSeen = ({ firstTimestamp, eventTime }: Event): string | undefined => firstTimestamp ?? eventTime;

const lastSeen = (event: Event): string | undefined =>
  event.series === undefined ? (event.lastTimestamp ?? firstSeen(event)) : event.series.lastObservedTime;

const countOf = ({ count = 0, series }: Event): number => series?.count ?? (count === 0 ? 1 : count);

function sourceOf({ reportingComponent, reportingInstance, source }: Event): string {
  const component = source?.component ?? reportingComponent ?? '';
  const host = source?.host ?? reportingInstance ?? '';
  return host === '' ? component : `${component}, ${host}`;
}

function shortReference({ kind = '', name = '' }: ObjectReference): string {
  return name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}
