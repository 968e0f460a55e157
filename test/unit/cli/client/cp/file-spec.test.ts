import { describe, expect, it } from '@jest/globals';
import { parseFileSpec } from '../../../../../src/cli/client/cp/file-spec.js';

describe('parseFileSpec', () => {
  it.each([
    ['a/b', { path: 'a/b' }],
    ['web:/x', { pod: 'web', path: '/x' }],
    ['ns/web:x:y', { namespace: 'ns', pod: 'web', path: 'x:y' }],
    ['./a:b', { path: './a:b' }],
    ['/a:b', { path: '/a:b' }],
    ['../a:b', { path: '../a:b' }],
  ])('%s', (text, spec) => {
    expect(parseFileSpec(text)).toEqual(spec);
  });

  it.each([
    [':x', 'filespec must match the canonical format: [[namespace/]pod:]file/path'],
    ['a/b/c:x', 'filespec must match the canonical format: [[namespace/]pod:]file/path'],
    ['web:', 'filepath can not be empty'],
    ['', 'filepath can not be empty'],
  ])('refuses %j as kubectl does', (text, message) => {
    expect(() => parseFileSpec(text)).toThrow(message);
  });
});
