import { randomInt } from 'node:crypto';
import type { ObjectMeta } from '../../api/schema/meta.js';

/** What only the server writes. */
const SERVER_FIELDS = [
  'uid',
  'creationTimestamp',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
] as const satisfies readonly (keyof ObjectMeta)[];

/** Metadata of a new object: what a client says of an earlier life of it is forgotten. */
export function metadataForCreate(metadata: ObjectMeta, namespace: string | undefined): ObjectMeta {
  return {
    ...without(metadata, [...SERVER_FIELDS, 'resourceVersion', 'namespace']),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** Metadata of an update: name, namespace and what only the server writes are as before. */
export function metadataForUpdate(next: ObjectMeta, before: ObjectMeta): ObjectMeta {
  const kept = [...SERVER_FIELDS, 'resourceVersion', 'namespace', 'generateName'] as const;
  return {
    ...without(next, kept),
    ...Object.fromEntries(kept.filter((field) => before[field] !== undefined).map((field) => [field, before[field]])),
    name: before.name,
  };
}

/** Metadata of what was never stored. */
export const withoutVersion = (metadata: ObjectMeta): ObjectMeta => without(metadata, ['resourceVersion']);

/** Metadata that does not say who owns what. */
export const metadataWithoutOwners = (metadata: ObjectMeta): ObjectMeta => without(metadata, ['managedFields']);

/** Fields are only taken away, and `name` is not among them. */
const without = (metadata: ObjectMeta, fields: readonly (keyof ObjectMeta)[]): ObjectMeta =>
  Object.fromEntries(
    Object.entries(metadata).filter(([field]) => !fields.includes(field as keyof ObjectMeta)),
  ) as ObjectMeta;

/** No vowels, so no words; nothing that looks like something else. Source: apimachinery pkg/util/rand */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const RANDOM_LENGTH = 5;
const MAX_NAME_LENGTH = 63;

/** Source: apiserver pkg/storage/names/generate.go */
export function generateName(prefix: string): string {
  let name = prefix.slice(0, MAX_NAME_LENGTH - RANDOM_LENGTH);
  for (let n = 0; n < RANDOM_LENGTH; n += 1) name += ALPHABET[randomInt(ALPHABET.length)] ?? '';
  return name;
}
