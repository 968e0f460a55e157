import { describe, expect, it } from '@jest/globals';
import { compareVersions, negotiateApiVersion } from '../../../src/docker/api-version.js';

describe('the API version', () => {
  it.each([
    ['1.41', '1.12', '1.41'],
    ['1.45', '1.24', '1.45'],
    ['1.51', '1.24', '1.51'],
    ['1.60', '1.44', '1.51'],
  ])('of an engine that speaks %s (from %s) is %s', (newest, oldest, version) => {
    expect(negotiateApiVersion({ newest, oldest }, 'here')).toBe(version);
  });

  it('is refused when there is none in common, saying what is needed', () => {
    expect(() => negotiateApiVersion({ newest: '1.40' }, 'unix:///x')).toThrow(
      'the Docker engine at unix:///x speaks API 1.40; kubelette needs 1.41 (Docker 20.10) or newer',
    );
    expect(() => negotiateApiVersion({ newest: '1.70', oldest: '1.60' }, 'unix:///x')).toThrow('wants API 1.60');
  });

  it('is compared as numbers', () => {
    expect(compareVersions('1.9', '1.41')).toBeLessThan(0);
    expect(compareVersions('2.0', '1.99')).toBeGreaterThan(0);
    expect(compareVersions('1.41', '1.41')).toBe(0);
  });
});
