import { describe, expect, it } from '@jest/globals';
import { explanation } from '../../../../../src/cli/client/explain/explanation.js';
import { followPath, typeName, type Schema, type Schemas } from '../../../../../src/cli/client/explain/schema.js';

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/io.example.${name}` });

const THING: Schema = {
  type: 'object',
  description: 'A thing.',
  required: ['parts'],
  properties: {
    parts: { type: 'array', description: 'Its parts.', items: { allOf: [ref('Part')] } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    size: ref('Size'),
    mode: { type: 'string', description: 'How.', enum: ['', 'a', 'b', 'c', 'd'] },
  },
};
const SCHEMAS: Schemas = {
  'io.example.Part': {
    ...{ type: 'object', description: 'A part.' },
    properties: { inner: { allOf: [ref('Part')], description: 'Parts have parts.' }, name: { type: 'string' } },
  },
  'io.example.Size': { type: 'string', description: 'A size.' },
};
const KIND = { group: 'example.com', version: 'v1', kind: 'Thing' };

describe('types', () => {
  it.each([
    [{ type: 'integer' }, 'integer'],
    [{ type: 'object' }, 'Object'],
    [{}, 'Object'],
    [ref('Part'), 'Part'],
    [ref('Size'), 'string'],
    [ref('Missing'), 'Missing'],
    [{ allOf: [ref('Part')] }, 'Part'],
    [{ items: ref('Part') }, '[]Part'],
    [{ additionalProperties: { items: { type: 'string' } } }, 'map[string][]string'],
  ])('%j', (schema, name) => {
    expect(typeName(schema, SCHEMAS)).toBe(name);
  });
});

describe('field paths', () => {
  const names = (...path: readonly string[]) => followPath(THING, path, SCHEMAS).map(({ name }) => name);
  it('lead through lists, maps and references, and round in circles as often as they say', () => {
    expect(names('parts', 'inner', 'inner', 'name')).toEqual(['parts', 'inner', 'inner', 'name']);
  });
  it('end where there is no such field', () => {
    expect(names('parts', 'nope', 'name')).toEqual(['parts']);
    expect(names('toString')).toEqual([]);
  });
});

describe('explanations', () => {
  it('of a kind list its fields', () => {
    expect(explanation(KIND, THING, undefined, SCHEMAS, false)).toBe(
      [
        ...['GROUP:      example.com', 'KIND:       Thing', 'VERSION:    v1', ''],
        ...['DESCRIPTION:', '    A thing.', '    ', 'FIELDS:'],
        ...['  labels\t<map[string]string>', '    <no description>', ''],
        ...['  mode\t<string>', '  enum: "", a, b, c, ....', '    How.', ''],
        ...['  parts\t<[]Part> -required-', '    Its parts.', ''],
        ...['  size\t<string>', '    <no description>', '', '', ''],
      ].join('\n'),
    );
  });
  it('of a field have what it is and what its type is', () => {
    const field = followPath(THING, ['parts'], SCHEMAS)[0];
    expect(explanation({ ...KIND, group: '' }, THING, field, SCHEMAS, true)).toBe(
      [
        ...['KIND:       Thing', 'VERSION:    v1', '', 'FIELD: parts <[]Part>', '', ''],
        ...['DESCRIPTION:', '    Its parts.', '    A part.', '    ', 'FIELDS:'],
        ...['  inner\t<Part>', '  name\t<string>', '', ''],
      ].join('\n'),
    );
  });
});
