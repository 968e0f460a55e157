import * as z from 'zod';
import { objectMetaSchema } from './meta.js';
import { bool, define, opt, str, stringMap } from './shape.js';

const V1 = 'io.k8s.api.core.v1';

export const configMapSchema = define(`${V1}.ConfigMap`, {
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata: objectMetaSchema,
  immutable: opt(bool),
  data: opt(stringMap),
  /** Base64. */
  binaryData: opt(stringMap),
});

export const secretSchema = define(`${V1}.Secret`, {
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata: objectMetaSchema,
  immutable: opt(bool),
  /** Base64. */
  data: opt(stringMap),
  /** Plain text; the writer moves it into `data`. */
  stringData: opt(stringMap),
  type: opt(str),
});

export type ConfigMap = z.infer<typeof configMapSchema>;
export type Secret = z.infer<typeof secretSchema>;
