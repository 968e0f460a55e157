import * as z from 'zod';
import { objectMetaSchema } from './meta.js';
import { define, int32, opt, str, time } from './shape.js';

const COORDINATION = 'io.k8s.api.coordination.v1';

export const leaseSchema = define(`${COORDINATION}.Lease`, {
  apiVersion: z.literal('coordination.k8s.io/v1'),
  kind: z.literal('Lease'),
  metadata: objectMetaSchema,
  spec: opt(
    define(`${COORDINATION}.LeaseSpec`, {
      holderIdentity: opt(str),
      leaseDurationSeconds: opt(int32),
      /** With microseconds. */
      acquireTime: opt(time),
      renewTime: opt(time),
      leaseTransitions: opt(int32),
      strategy: opt(str),
      preferredHolder: opt(str),
    }),
  ),
});

export type Lease = z.infer<typeof leaseSchema>;
