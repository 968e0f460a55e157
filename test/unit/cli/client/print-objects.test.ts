import { expect, it } from '@jest/globals';
import { formatObject } from '../../../../src/cli/client/print-objects.js';

const OBJECT = {
  metadata: {
    name: 'x',
    managedFields: [{ manager: 'me' }],
    annotations: { a: '12', b: 'yes', c: 'x: y', d: 'plain' },
  },
  kind: 'ConfigMap',
  data: { text: 'one\ntwo\n', html: '<&>' },
  list: [{ b: 1, a: true }],
};

it('prints YAML as kubectl does: names in order, lists not indented, quotes where text would be read as something else', async () => {
  expect(await formatObject(OBJECT, 'yaml')).toBe(`data:
  html: <&>
  text: |
    one
    two
kind: ConfigMap
list:
- a: true
  b: 1
metadata:
  annotations:
    a: "12"
    b: "yes"
    c: 'x: y'
    d: plain
  name: x
`);
});

it('prints JSON with four spaces and escapes as Go does', async () => {
  expect(await formatObject({ b: '<&>', a: [] }, 'json')).toBe(
    '{\n    "a": [],\n    "b": "\\u003c\\u0026\\u003e"\n}\n',
  );
});

it('shows managedFields only when asked, also in lists', async () => {
  expect(await formatObject({ items: [OBJECT] }, 'json')).not.toContain('managedFields');
  expect(await formatObject(OBJECT, 'json', true)).toContain('managedFields');
});
