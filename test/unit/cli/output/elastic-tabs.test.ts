import { describe, expect, it } from '@jest/globals';
import { alignTabs } from '../../../../src/cli/output/elastic-tabs.js';

describe('alignTabs', () => {
  it.each([
    ['nothing', '', ''],
    ['lines without tabs', 'a\n\nb\n', 'a\n\nb\n'],
    ['neighbours in one block', 'Name:\tx\nNamespace:\ty\n', 'Name:       x\nNamespace:  y\n'],
    [
      'a line without tabs ends a block',
      'Name:\tx\nIPs:\n  IP:\t1\nConditions:\ty\n',
      'Name:  x\nIPs:\n  IP:        1\nConditions:  y\n',
    ],
    ['later columns, block by block', 'a\tb\tc\naa\tbbbb\tc\na\td\n', 'a   b     c\naa  bbbb  c\na   d\n'],
    ['empty cells', '\ta\tb\nlong\t\tc\n', '      a  b\nlong     c\n'],
    ['a tab at the end makes a column of the last cell', 'a\nb\t\n', 'a\nb  \n'],
    ['code points, not units', '💡💡\tx\nabc\ty\n', '💡💡   x\nabc  y\n'],
    ['terminal escapes made visible', 'a\u001b[2J\tb\r\n', 'a^[[2J  b\\r\n'],
  ])('%s', (_what, text, aligned) => {
    expect(alignTabs(text)).toBe(aligned);
  });
});
