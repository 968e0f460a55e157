import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { configMapSchema, secretSchema } from '../../../../src/api/schema/config.js';
import { eventSchema } from '../../../../src/api/schema/event.js';
import { podSchema } from '../../../../src/api/schema/pod.js';
import { namedFields } from '../../../../src/apiserver/protobuf/message-fields.js';

interface Definitions {
  readonly $defs?: Readonly<Record<string, { readonly properties?: object }>>;
}

const fieldsOf = (message: string): string[] => [...(namedFields(message)?.keys() ?? [])].sort();

describe('the table of messages', () => {
  it.each([
    ['Pod', podSchema],
    ['ConfigMap', configMapSchema],
    ['Secret', secretSchema],
    ['Event', eventSchema],
  ])('has the fields of the %s schema, everywhere in it', (_, schema) => {
    const { $defs = {} } = z.toJSONSchema(z.object({ root: schema }), { io: 'input' }) as Definitions;
    const types = Object.entries($defs).filter(([, { properties }]) => properties !== undefined);
    expect(types.length).toBeGreaterThan(2);
    for (const [id, { properties = {} }] of types) {
      const message = id.split('.').at(-1) ?? '';
      const names = Object.keys(properties).filter((name) => !isTypeField(name, properties));
      expect({ message, fields: names.sort() }).toEqual({ message, fields: fieldsOf(message) });
    }
  });

  /** Top-level objects have these; their messages leave them to the envelope. */
  const isTypeField = (name: string, all: object): boolean =>
    (name === 'apiVersion' || name === 'kind') && 'metadata' in all;
});
