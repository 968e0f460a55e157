import * as z from 'zod';
import { bool, define, int64, list, opt, str, stringMap, strings, time } from './shape.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const ownerReferenceSchema = define(`${META}.OwnerReference`, {
  apiVersion: str,
  kind: str,
  name: str,
  uid: str,
  controller: opt(bool),
  blockOwnerDeletion: opt(bool),
});

const managedFieldsEntrySchema = define(`${META}.ManagedFieldsEntry`, {
  apiVersion: opt(str),
  fieldsType: opt(str),
  // A set of field paths in a format of its own; nothing here reads it.
  fieldsV1: opt(z.record(str, z.unknown())),
  manager: opt(str),
  operation: opt(str),
  subresource: opt(str),
  time: opt(time),
});

const metaFields = {
  generateName: opt(str),
  namespace: opt(str),
  uid: opt(str),
  resourceVersion: opt(str),
  generation: opt(int64),
  creationTimestamp: opt(time),
  deletionTimestamp: opt(time),
  deletionGracePeriodSeconds: opt(int64),
  labels: opt(stringMap),
  annotations: opt(stringMap),
  ownerReferences: opt(list(ownerReferenceSchema)),
  finalizers: opt(strings),
  managedFields: opt(list(managedFieldsEntrySchema)),
  selfLink: opt(str),
};

/** Metadata of a stored object. `name` may be empty only before validation, when `generateName` is given. */
export const objectMetaSchema = define(`${META}.ObjectMeta`, { name: str, ...metaFields });

/** Metadata of an object that will be made from a template, and gets its name then. */
export const templateMetaSchema = z.strictObject({ name: opt(str), ...metaFields });

const labelSelectorRequirementSchema = define(`${META}.LabelSelectorRequirement`, {
  key: str,
  operator: str,
  values: opt(strings),
});

export const labelSelectorSchema = define(`${META}.LabelSelector`, {
  matchLabels: opt(stringMap),
  matchExpressions: opt(list(labelSelectorRequirementSchema)),
});

/** Metadata every object carries. Times are RFC 3339 text. */
export type ObjectMeta = z.infer<typeof objectMetaSchema>;

/** What all objects have in common. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}
