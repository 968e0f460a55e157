import * as z from 'zod';
import { objectMetaSchema } from './meta.js';
import { choice, define, list, opt, str, strings, time } from './shape.js';

const V1 = 'io.k8s.api.core.v1';

const namespaceConditionSchema = define(`${V1}.NamespaceCondition`, {
  type: str,
  status: choice('True', 'False', 'Unknown'),
  lastTransitionTime: opt(time),
  reason: opt(str),
  message: opt(str),
});

export const namespaceSchema = define(`${V1}.Namespace`, {
  apiVersion: z.literal('v1'),
  kind: z.literal('Namespace'),
  metadata: objectMetaSchema,
  spec: opt(define(`${V1}.NamespaceSpec`, { finalizers: opt(strings) })),
  status: opt(
    define(`${V1}.NamespaceStatus`, {
      phase: opt(choice('Active', 'Terminating')),
      conditions: opt(list(namespaceConditionSchema)),
    }),
  ),
});

export type Namespace = z.infer<typeof namespaceSchema>;
