import type { Event } from '../../api/schema/event.js';
import { eventV1Schema, type EventV1 } from '../../api/schema/event-v1.js';
import type { KubeObject } from '../../api/schema/meta.js';
import { defineKind } from '../resources/define-kind.js';
import { eventColumns, eventKind, REFERENCE_FIELDS } from './event.js';

/** The events of the core group in the form of events.k8s.io. What is stored is the core form. */
export const eventV1Kind = defineKind<EventV1>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  schema: eventV1Schema,
  columns: eventColumns.map((column) => ({ ...column, cell: (event, now) => column.cell(toCore(event), now) })),
  fields: {
    ...Object.fromEntries(
      REFERENCE_FIELDS.map((field) => [`regarding.${field}`, ({ regarding }: EventV1) => regarding?.[field] ?? '']),
    ),
    reason: ({ reason }) => reason ?? '',
    reportingController: ({ reportingController }) => reportingController ?? '',
    type: ({ type }) => type ?? '',
  },
  validate: (event) =>
    eventKind.validate(toCore(event)).map((error) => ({
      ...error,
      path: renamed(error.path),
      message: renamed(error.message),
    })),
  // Only events are stored as events.
  view: { of: eventKind, fromStored: (object: KubeObject) => fromCore(object as Event), toStored: toCore },
});

const renamed = (text: string): string => text.replace(/^involvedObject\b/, 'regarding');

/** Fields by their names in the core group and in this one; those that are not here have the same. */
const NAMES = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

/** Source: kubernetes pkg/apis/events/v1/conversion.go */
function fromCore(event: Event): EventV1 {
  // The names are all there is to it: the values have the same types, which the test checks with the schema.
  return { ...rename(event, new Map(NAMES)), apiVersion: 'events.k8s.io/v1' } as EventV1;
}

function toCore(event: EventV1): Event {
  const names = new Map(NAMES.map(([core, view]) => [view, core]));
  return { involvedObject: {}, ...rename(event, names), apiVersion: 'v1' } as unknown as Event;
}

const rename = (object: object, names: ReadonlyMap<string, string>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(object).map(([field, value]: [string, unknown]) => [names.get(field) ?? field, value]),
  );
