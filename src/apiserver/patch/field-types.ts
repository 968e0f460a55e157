import { namedFields } from '../protobuf/message-fields.js';
import { atomicTypes, listTypes, type ListType } from './list-types.js';

/**
 * What patches have to know of a value: how it is merged and what is in it. `undefined` stands for a value of unknown
 * type: maps are merged by name and lists are replaced.
 */
export interface FieldType {
  readonly shape: 'single' | 'list' | 'map';
  /** Type of the value, or of what the list or map holds; the types of the API, or a letter for scalars. */
  readonly type: string;
  /** As one value: no part of it has an owner of its own. */
  readonly atomic: boolean;
  /** For a field that is a list or has a merge strategy. */
  readonly list: ListType;
}

/** The type of a whole object. @param kind with a message of its own, as `Pod` */
export const objectType = (kind: string): FieldType => ({ shape: 'single', type: kind, atomic: false, list: {} });

/** The type of a field of an object. */
export function fieldType(of: FieldType | undefined, name: string): FieldType | undefined {
  if (of?.shape === 'map') return { ...of, shape: 'single', list: {}, atomic: atomicTypes.has(of.type) };
  if (of?.shape !== 'single') return undefined;
  const field = namedFields(of.type)?.get(name);
  if (field === undefined) {
    // Messages leave these two to the envelope.
    return name === 'apiVersion' || name === 'kind' ? { ...objectType('s') } : undefined;
  }
  const list = listTypes[`${of.type}.${name}`] ?? {};
  const atomic = list.atomic === true || (field.shape === 'single' && atomicTypes.has(field.type));
  return { shape: field.shape, type: field.type, atomic, list };
}

/** The type of the items of a list. */
export const itemType = (of: FieldType | undefined): FieldType | undefined =>
  of === undefined ? undefined : { shape: 'single', type: of.type, atomic: atomicTypes.has(of.type), list: {} };
