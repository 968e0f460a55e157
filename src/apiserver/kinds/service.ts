import * as z from 'zod';
import type { KubeObject } from '../../api/schema/meta.js';
import { objectMetaSchema } from '../../api/schema/meta.js';
import { define } from '../../api/schema/shape.js';
import { defineKind } from '../resources/define-kind.js';
import { ageColumn, nameColumn } from './columns.js';

/**
 * Services are not realised: there are none, and none can be made. They are listed because `kubectl cluster-info` looks for
 * those of the cluster before it says anything.
 */
export const serviceKind = defineKind<KubeObject>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
  schema: define('io.k8s.api.core.v1.Service', {
    apiVersion: z.literal('v1'),
    kind: z.literal('Service'),
    metadata: objectMetaSchema,
  }),
  columns: [nameColumn, ageColumn],
  validate: () => [],
});
