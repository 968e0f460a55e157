import { describe, expect, it } from '@jest/globals';
import { formatTable } from '../../../../src/cli/output/table.js';

describe('formatTable', () => {
  it('aligns columns three spaces apart and leaves nothing after the last cell', () => {
    expect(
      formatTable([
        ['NAME', 'READY', 'AGE'],
        ['web', '1/1', '3s'],
        ['a-longer-name', '0/2', '10m'],
      ]),
    ).toBe('NAME            READY   AGE\nweb             1/1     3s\na-longer-name   0/2     10m\n');
  });

  it('gives a narrow column six characters, as kubectl does', () => {
    expect(formatTable([['A', 'B']])).toBe('A     B\n');
  });

  it('escapes cells before it measures them', () => {
    expect(
      formatTable([
        ['NAME', 'X'],
        ['a\u001b[31m', 'y'],
      ]),
    ).toBe('NAME      X\na^[[31m   y\n');
  });

  it('aligns by what is seen when a style adds invisible characters', () => {
    const table = formatTable(
      [
        ['STATUS', 'AGE'],
        ['ok', '1s'],
      ],
      (text, row) => (row === 0 ? text : `<<${text}>>`),
    );
    expect(table).toBe('STATUS   AGE\n<<ok>>       <<1s>>\n');
  });
});
