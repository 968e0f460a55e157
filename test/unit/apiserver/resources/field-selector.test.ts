import { describe, expect, it } from '@jest/globals';
import { parseFieldSelector } from '../../../../src/apiserver/resources/field-selector.js';

const term = (field: string, value: string, equal = true): object => ({ field, value, equal });

describe('a field selector', () => {
  it.each([
    ['', []],
    ['metadata.name=web', [term('metadata.name', 'web')]],
    ['metadata.name==web', [term('metadata.name', 'web')]],
    ['status.phase!=Running', [term('status.phase', 'Running', false)]],
    ['a=1,b!=2', [term('a', '1'), term('b', '2', false)]],
    ['involvedObject.namespace=', [term('involvedObject.namespace', '')]],
    [String.raw`a=x\,y\=z\\`, [term('a', String.raw`x,y=z\ `.trim())]],
    ['a=spec.containers{web}', [term('a', 'spec.containers{web}')]],
  ])('%j is read', (text, terms) => {
    expect(parseFieldSelector(text)).toEqual(terms);
  });

  it.each([
    ['foo', "invalid selector: 'foo'; can't understand 'foo'"],
    ['a=b,foo', "invalid selector: 'a=b,foo'; can't understand 'foo'"],
    ['a=b=c', "invalid selector: 'a=b=c'; invalid field selector: unescaped character in value: ="],
    [String.raw`a=\x`, String.raw`invalid selector: 'a=\x'; invalid field selector: invalid escape sequence: \x`],
  ])('%j is refused', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(expect.objectContaining({ code: 400, message }));
  });
});
