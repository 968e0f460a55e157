import { describe, expect, it } from '@jest/globals';
import { escapeLines, escapeText } from '../../../../src/cli/output/escape.js';

describe('escapeText', () => {
  it.each([
    ['\u001b[2Jgone', '^[[2Jgone'],
    ['over\rwrite', 'over\\rwrite'],
    ['two\nlines\tand a tab', 'two\\nlines\\tand a tab'],
    ['nul\u0000 bell\u0007 del\u007f csi\u009b', 'nul\\u0000 bell\\u0007 del\\u007f csi\\u009b'],
    ['\u202ereversed\u202c \u2066isolated\u2069 \u200f', '\\u202ereversed\\u202c \\u2066isolated\\u2069 \\u200f'],
    ['Grüße, 世界 🎉', 'Grüße, 世界 🎉'],
  ])('makes %j visible', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });
});

describe('escapeLines', () => {
  it('keeps line breaks and escapes the rest', () => {
    expect(escapeLines('one\ntwo\r\u001b[m')).toBe('one\ntwo\\r^[[m');
  });
});
