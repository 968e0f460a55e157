import { describe, expect, it } from '@jest/globals';
import { decodeManifest } from '../../../src/api/decode.js';
import { formatProblem } from '../../../src/api/problem.js';

const WEB = 'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\n';

const decode = (text: string) => decodeManifest(text, { file: 'web.yaml' });
const complaints = (text: string): string[] => decode(text).problems.map(formatProblem);
const objects = (text: string) => decode(text).objects.map(({ object }) => object);

describe('JSON objects one after another', () => {
  const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [] } });
  const a = pod('a{"}\\');
  const b = pod('b');
  const tight = JSON.stringify;
  const wide = (value: object): string => JSON.stringify(value, undefined, '\t');

  it.each([
    ['line by line', `${tight(a)}\n${tight(b)}\n`],
    ['without anything between', `${tight(a)}${tight(b)}`],
    ['over many lines', `\uFEFF \r\n${wide(a)}\r\n\r\n${wide(b)}\n\n`],
    ['with the marks of YAML between', `${tight(a)}\n---\n${tight(b)}`],
  ])('are read %s', (_how, text) => {
    expect(decode(text).problems).toEqual([]);
    expect(objects(text)).toEqual([a, b]);
  });

  it('are read before YAML', () => {
    expect(objects(`${tight(a)}${tight(b)}\n---\n${WEB}`)).toEqual([a, b, ...objects(WEB)]);
  });

  it.each([
    [
      'a field',
      `${wide(a)}\n{"apiVersion": "v1",\n "kind": "Pod", "x": 1,\n "x": 2}`,
      ['web.yaml:13:2: x: duplicate field'],
    ],
    ['the text', `{}\n{}\n  {"a"; 1}`, 3],
    ['the end', `${tight(b)}\n${tight(b)}\n\n{"a": 1`, 4],
  ])('have the place of %s that is wrong', (_what, text, expected) => {
    const { problems } = decode(text);
    if (typeof expected === 'number') expect(problems.at(-1)?.line).toBe(expected);
    else expect(complaints(text)).toEqual(expected);
  });

  it('are not what a flow mapping of YAML is', () => {
    const text = "{apiVersion: v1, kind: Pod, metadata: {name: 'b}{'}, spec: {containers: []}} # {}";
    expect(objects(text)).toEqual([pod('b}{')]);
    expect(objects(`${text}\n---\n${text}`)).toHaveLength(2);
  });
});
