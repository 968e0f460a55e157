import { fieldOf, isFields, removeField, type Fields } from './fields.js';

/**
 * JSON merge patch: maps are merged, null removes, everything else replaces.
 *
 * @param target is changed; it and the patch may be part of the result
 * Source: RFC 7396, section 2
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? target : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) removeField(result, name);
    else result[name] = mergePatch(fieldOf(result, name), value);
  }
  return result;
}
