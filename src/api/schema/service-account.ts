import * as z from 'zod';
import { localObjectReferenceSchema } from './cloud-volumes.js';
import { objectReferenceSchema } from './event.js';
import { objectMetaSchema } from './meta.js';
import { bool, define, list, opt } from './shape.js';

export const serviceAccountSchema = define('io.k8s.api.core.v1.ServiceAccount', {
  apiVersion: z.literal('v1'),
  kind: z.literal('ServiceAccount'),
  metadata: objectMetaSchema,
  secrets: opt(list(objectReferenceSchema)),
  imagePullSecrets: opt(list(localObjectReferenceSchema)),
  automountServiceAccountToken: opt(bool),
});

export type ServiceAccount = z.infer<typeof serviceAccountSchema>;
