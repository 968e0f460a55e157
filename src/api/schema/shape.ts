import * as z from 'zod';
import { isQuantity, QUANTITY_FORMAT } from '../quantity.js';

/**
 * Building blocks of the object schemas. A schema says what can be *decoded*: names and types of fields. What a value may
 * be is the business of `validate.ts`, so that all its problems are reported together with the API server's own texts.
 */

/** A field that may be absent, but not `undefined`: the wire has no such value. */
export const opt = z.exactOptional;

export const str = z.string();
export const bool = z.boolean();
export const int32 = z.int32();
/** 64 bit on the wire; what a JavaScript number cannot hold exactly is refused. */
export const int64 = z.int();
export const list = z.array;
export const strings = z.array(str);
export const stringMap = z.record(str, str);
export const intOrString = z.union([z.int32(), str]);

/** RFC 3339, with or without fractions of a second. */
export const time = z.iso.datetime({ offset: true });

/** An amount. Numbers are accepted and become text, as in the API server. */
export const quantity = z
  .union([str, z.number()])
  .transform(String)
  .refine(isQuantity, { error: QUANTITY_FORMAT })
  .meta({ id: 'io.k8s.apimachinery.pkg.api.resource.Quantity', quantity: true });
export const quantities = z.record(str, quantity);

/**
 * A word out of a few. Decoding takes any text, as the API server does, and validation reports the wrong ones by the
 * `choices` recorded here; the type is therefore only true of validated objects.
 */
export function choice<const T extends string>(...choices: readonly T[]): z.ZodType<T, T> {
  return z.string().meta({ choices }) as unknown as z.ZodType<T, T>;
}

/** A named type of the Kubernetes API: no field but these. `id` is its name in the API's OpenAPI document. */
export function define<T extends z.ZodRawShape>(id: string, shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape).meta({ id });
}
