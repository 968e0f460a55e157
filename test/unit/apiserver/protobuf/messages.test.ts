import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { allKinds } from '../../../../src/apiserver/kinds/all-kinds.js';
import { messageOf } from '../../../../src/apiserver/protobuf/kinds.js';
import { namedFields } from '../../../../src/apiserver/protobuf/message-fields.js';

interface Definitions {
  readonly $defs?: Readonly<Record<string, { readonly properties?: object }>>;
}

const fieldsOf = (message: string): string[] => [...(namedFields(message)?.keys() ?? [])].sort();

describe('the table of messages', () => {
  // What cannot be made is never sent.
  const written = allKinds.filter(({ verbs }) => verbs.includes('create'));

  it.each(written.map((kind) => [`${kind.group} ${kind.kind}`, kind] as const))(
    'has the fields of the schema of %s, everywhere in it',
    (_, { group, version, kind, schema }) => {
      expect(messageOf(group === '' ? version : `${group}/${version}`, kind)).toBeDefined();
      const { $defs = {} } = z.toJSONSchema(z.object({ root: schema }), { io: 'input' }) as Definitions;
      const types = Object.entries($defs).filter(([, { properties }]) => properties !== undefined);
      expect(types.length).toBeGreaterThan(2);
      for (const [id, { properties = {} }] of types) {
        const message = id.replace(/^io\.k8s\.api\.(events)\.v1\./, '$1.').replace(/^io\.k8s\..*\./, '');
        const names = Object.keys(properties).filter((name) => !isTypeField(name, properties));
        // The schema of volumes leaves out what clouds only have.
        const known = fieldsOf(message).filter((name) => message !== 'PersistentVolumeSpec' || names.includes(name));
        expect({ message, fields: names.sort() }).toEqual({ message, fields: known });
      }
    },
  );

  /** Top-level objects have these; their messages leave them to the envelope. */
  const isTypeField = (name: string, all: object): boolean =>
    (name === 'apiVersion' || name === 'kind') && 'metadata' in all;
});
