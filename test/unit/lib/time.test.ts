import { describe, expect, it } from '@jest/globals';
import { goDuration, parseRfc3339, toRfc3339 } from '../../../src/lib/time.js';

describe('goDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [850, '850ms'],
    [1_000, '1s'],
    [1_234, '1.234s'],
    [1_500, '1.5s'],
    [10_000, '10s'],
    [59_999, '59.999s'],
    [60_000, '1m0s'],
    [80_000, '1m20s'],
    [160_000, '2m40s'],
    [300_000, '5m0s'],
    [301_001, '5m1.001s'],
    [3_600_000, '1h0m0s'],
    [3_661_000, '1h1m1s'],
    [90_000_000, '25h0m0s'],
  ])('prints %d ms as %s', (ms, text) => {
    expect(goDuration(ms)).toBe(text);
  });
});

describe('toRfc3339', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [999, '1970-01-01T00:00:00Z'],
    [1_000, '1970-01-01T00:00:01Z'],
    [1_767_225_599_999, '2025-12-31T23:59:59Z'],
    [-1, '1969-12-31T23:59:59Z'],
  ])('cuts %d ms to the second: %s', (ms, text) => {
    expect(toRfc3339(ms)).toBe(text);
  });
});

describe('parseRfc3339', () => {
  it.each([
    ['1970-01-01T00:00:01Z', 1_000],
    ['1970-01-01T01:00:00+01:00', 0],
    ['1970-01-01T00:00:00.123456789Z', 123],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
  ])('reads %p as %p', (text, ms) => {
    expect(parseRfc3339(text)).toBe(ms);
  });

  it('reads back what was written', () => {
    const now = Date.parse('2026-03-29T01:30:00Z');
    expect(parseRfc3339(toRfc3339(now))).toBe(now);
  });
});
