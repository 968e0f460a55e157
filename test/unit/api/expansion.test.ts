import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expand, missingNames } from '../../../src/api/expansion.js';

const values: Readonly<Record<string, string>> = { A: 'alpha', B: '$(A)', EMPTY: '', 'odd name': 'odd' };
const lookup = (name: string): string | undefined => values[name];

describe('expansion of $(NAME)', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['$(A)', 'alpha'],
    ['x$(A)y$(A)z', 'xalphayalphaz'],
    ['$(B)', '$(A)'],
    ['$(EMPTY)!', '!'],
    ['$(odd name)', 'odd'],
    ['$(UNKNOWN)', '$(UNKNOWN)'],
    ['$()', '$()'],
    ['$$', '$'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$alpha'],
    ['$$$$(A)', '$$(A)'],
    ['$A ${A} $', '$A ${A} $'],
    ['$(A', '$(A'],
    ['$(A $$', '$(A $'],
    ['$(A$(A)', '$(A$(A)'],
    ['$(', '$('],
    ['100$%', '100$%'],
  ])('makes of %j %j', (text, expected) => {
    expect(expand(text, lookup)).toBe(expected);
  });

  it('names what is unset or empty', () => {
    expect(missingNames('$(A)/$(EMPTY)/$(X)/$$(Y)', lookup)).toEqual(['EMPTY', 'X']);
  });

  it('leaves text without references as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => expand(text.replaceAll('$', ''), lookup) === text.replaceAll('$', '')),
    );
  });

  it('gives back any text whose dollars are doubled', () => {
    fc.assert(fc.property(fc.string(), (text) => expand(text.replaceAll('$', '$$$$'), lookup) === text));
  });

  it('is quick on a long text of unclosed references', () => {
    expect(expand('$('.repeat(1_000_000), lookup)).toHaveLength(2_000_000);
  });
});
