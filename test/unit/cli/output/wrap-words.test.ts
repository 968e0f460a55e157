import { describe, expect, it } from '@jest/globals';
import { wrapWords } from '../../../../src/cli/output/wrap-words.js';

describe('wrapWords', () => {
  it.each([
    ['', ''],
    ['one two three', 'one two\nthree'],
    ['one two  three', 'one two\nthree'],
    ['one\ntwo three four', 'one\ntwo three\nfour'],
    ['a 0123456789 b', 'a\n0123456789\nb'],
    ['0123456789ab c', '0123456789ab\nc'],
    ['ends with a blank ', 'ends with\na blank '],
  ])('%j', (text, wrapped) => {
    expect(wrapWords(text, 10)).toBe(wrapped);
  });
});
