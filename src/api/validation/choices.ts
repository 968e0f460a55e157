import * as z from 'zod';
import type { FieldErrors, FieldPath } from '../field-error.js';

/** The parts of a zod schema that matter for walking along a value. */
export interface Walkable {
  readonly def: {
    readonly type: string;
    readonly shape?: Readonly<Record<string, Walkable>>;
    readonly element?: Walkable;
    readonly innerType?: Walkable;
  };
}

/**
 * Every field that holds one word out of a few, wherever it is: the schema knows them all. Empty text is left to the
 * caller, who knows whether the field is required.
 */
export function validateChoices(schema: Walkable, value: unknown, path: FieldPath, errors: FieldErrors): void {
  const { shape, element, innerType } = schema.def;
  if (innerType !== undefined) validateChoices(innerType, value, path, errors);
  else if (Array.isArray(value)) {
    if (element !== undefined)
      value.forEach((item: unknown, index) => validateChoices(element, item, path.at(index), errors));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      const fieldSchema = shape !== undefined && Object.hasOwn(shape, name) ? shape[name] : undefined;
      if (fieldSchema !== undefined) validateChoices(fieldSchema, field, path.child(name), errors);
    }
  } else if (typeof value === 'string' && value !== '') {
    const choices = z.globalRegistry.get(schema as unknown as z.ZodType)?.['choices'] as readonly string[] | undefined;
    if (choices !== undefined && !choices.includes(value)) errors.unsupported(path, value, choices);
  }
}
