import { describe, expect, it } from '@jest/globals';
import { booleanParameter } from '../../../../src/apiserver/http/query.js';

describe('a boolean query parameter', () => {
  it.each(['1', 't', 'T', 'true', 'TRUE', 'True'])('is true as %s', (word) => {
    expect(booleanParameter(new URLSearchParams({ watch: word }), 'watch')).toBe(true);
  });

  it.each(['0', 'f', 'F', 'false', 'FALSE', 'False', ''])('is false as "%s"', (word) => {
    expect(booleanParameter(new URLSearchParams({ watch: word }), 'watch')).toBe(false);
  });

  it('is false when absent', () => {
    expect(booleanParameter(new URLSearchParams(), 'watch')).toBe(false);
  });

  it('is refused as any other word', () => {
    expect(() => booleanParameter(new URLSearchParams({ watch: 'yes' }), 'watch')).toThrow(
      'query parameter watch: expected true or false, got "yes"',
    );
  });
});
