import * as z from 'zod';
import { objectMetaSchema } from './meta.js';
import { choice, define, int32, opt, str, time } from './shape.js';

const V1 = 'io.k8s.api.core.v1';

export const objectReferenceSchema = define(`${V1}.ObjectReference`, {
  kind: opt(str),
  namespace: opt(str),
  name: opt(str),
  uid: opt(str),
  apiVersion: opt(str),
  resourceVersion: opt(str),
  fieldPath: opt(str),
});

export const eventSourceSchema = define(`${V1}.EventSource`, { component: opt(str), host: opt(str) });

export const eventSchema = define(`${V1}.Event`, {
  apiVersion: z.literal('v1'),
  kind: z.literal('Event'),
  metadata: objectMetaSchema,
  involvedObject: objectReferenceSchema,
  reason: opt(str),
  message: opt(str),
  source: opt(eventSourceSchema),
  firstTimestamp: opt(time),
  lastTimestamp: opt(time),
  count: opt(int32),
  type: opt(choice('Normal', 'Warning')),
  eventTime: opt(time),
  series: opt(define(`${V1}.EventSeries`, { count: opt(int32), lastObservedTime: opt(time) })),
  action: opt(str),
  related: opt(objectReferenceSchema),
  reportingComponent: opt(str),
  reportingInstance: opt(str),
});

export type Event = z.infer<typeof eventSchema>;
export type ObjectReference = z.infer<typeof objectReferenceSchema>;
