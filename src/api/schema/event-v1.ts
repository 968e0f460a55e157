import * as z from 'zod';
import { eventSourceSchema, objectReferenceSchema } from './event.js';
import { objectMetaSchema } from './meta.js';
import { choice, define, int32, opt, str, time } from './shape.js';

const EVENTS = 'io.k8s.api.events.v1';

/** An event as the group events.k8s.io shows it. The `deprecated` fields are those of the older form. */
export const eventV1Schema = define(`${EVENTS}.Event`, {
  apiVersion: z.literal('events.k8s.io/v1'),
  kind: z.literal('Event'),
  metadata: objectMetaSchema,
  eventTime: opt(time),
  series: opt(define(`${EVENTS}.EventSeries`, { count: opt(int32), lastObservedTime: opt(time) })),
  reportingController: opt(str),
  reportingInstance: opt(str),
  action: opt(str),
  reason: opt(str),
  regarding: opt(objectReferenceSchema),
  related: opt(objectReferenceSchema),
  note: opt(str),
  type: opt(choice('Normal', 'Warning')),
  deprecatedSource: opt(eventSourceSchema),
  deprecatedFirstTimestamp: opt(time),
  deprecatedLastTimestamp: opt(time),
  deprecatedCount: opt(int32),
});

export type EventV1 = z.infer<typeof eventV1Schema>;
