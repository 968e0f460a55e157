import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareQuantities,
  divideUp,
  isQuantity,
  milliValue,
  parseQuantity,
  wholeValue,
} from '../../../src/api/quantity.js';
import { addQuantities, canonicalQuantity } from '../../../src/api/quantity-format.js';

describe('quantities', () => {
  it.each([
    ['0', 0n],
    ['1', 1_000_000_000n],
    ['+1', 1_000_000_000n],
    ['-1.5', -1_500_000_000n],
    ['100m', 100_000_000n],
    ['.5', 500_000_000n],
    ['5.', 5_000_000_000n],
    ['1e3', 1_000_000_000_000n],
    ['1E-3', 1_000_000n],
    ['1E', 10n ** 27n],
    ['1Ki', 1024n * 10n ** 9n],
    ['1.5Gi', 1_610_612_736n * 10n ** 9n],
    ['1n', 1n],
    ['0.1n', 1n],
    ['-0.1n', -1n],
  ])('reads %s exactly', (text, nano) => {
    expect(parseQuantity(text)?.nano).toBe(nano);
  });

  it.each([
    '',
    '.',
    'm',
    '1 ',
    ' 1',
    '1,5',
    '1mm',
    '1ki',
    '1KI',
    '0x10',
    '1e',
    '1e99999',
    '1e3Ki',
    'NaN',
    '9'.repeat(65),
  ])('refuses %j', (text) => {
    expect(isQuantity(text)).toBe(false);
    expect(() => wholeValue(text)).toThrow(RangeError);
  });

  it('rounds milli and whole values up', () => {
    expect(milliValue('0.0001')).toBe(1n);
    expect(milliValue('1500m')).toBe(1500n);
    expect(milliValue('-1500u')).toBe(-1n);
    expect(wholeValue('500m')).toBe(1n);
    expect(wholeValue('1.5Ki')).toBe(1536n);
    expect(wholeValue('64Mi')).toBe(67_108_864n);
  });

  it('compares and divides across suffixes', () => {
    expect(compareQuantities('1Gi', '1G')).toBe(1);
    expect(compareQuantities('1000m', '1')).toBe(0);
    expect(compareQuantities('-1', '1')).toBe(-1);
    expect(divideUp('500m', '1')).toBe(1n);
    expect(divideUp('500m', '1m')).toBe(500n);
    expect(divideUp('100Mi', '1M')).toBe(105n);
  });

  it.each([
    ['0.5', '500m'],
    ['1000', '1k'],
    ['1024Mi', '1Gi'],
    ['1500Mi', '1500Mi'],
    ['1023Ki', '1023Ki'],
    ['0.5Ki', '512'],
    ['1.0005', '1000500u'],
    ['1e6', '1e6'],
    ['1500e0', '1500'],
    ['0Mi', '0'],
    ['-2000m', '-2'],
    ['nonsense', 'nonsense'],
  ])('writes %s as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  const suffix = fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'E-3');
  const amount = fc
    .tuple(fc.constantFrom('', '+', '-'), fc.nat(1_000_000), fc.option(fc.nat(999)), suffix)
    .map(([sign, whole, fraction, end]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${end}`);

  it('keeps the value when it is written canonically, and canonical text stays as it is', () => {
    fc.assert(
      fc.property(amount, (text) => {
        const canonical = canonicalQuantity(text);
        expect(parseQuantity(canonical)).toEqual(parseQuantity(text));
        expect(canonicalQuantity(canonical)).toBe(canonical);
      }),
    );
  });

  it('orders amounts and rounds up, never down', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(compareQuantities(a, b)).toBe(-compareQuantities(b, a) + 0);
        const nano = parseQuantity(a)?.nano ?? 0n;
        const whole = wholeValue(a) * 10n ** 9n;
        expect(whole >= nano && whole - nano < 10n ** 9n).toBe(true);
      }),
    );
  });

  it('never throws on arbitrary text', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof isQuantity(text) === 'boolean'));
  });
});

describe('sums', () => {
  it.each([
    [[], '0'],
    [['100m', '1'], '1100m'],
    [['0', '64Mi', '64Mi'], '128Mi'],
    [['1Gi', '1G'], '2073741824'],
    [['1G', '1Gi'], '2073741824'],
    [['nonsense', '1'], '1'],
  ])('%j are %s', (texts, sum) => {
    expect(addQuantities(texts)).toBe(sum);
  });
});
