import { expect, it } from '@jest/globals';
import { parseGoDuration } from '../../../../src/cli/client/go-duration.js';

it.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['250ms', 250],
  ['-1s', -1_000],
  ['0', 0],
  ['5', undefined],
  ['', undefined],
  ['1d', undefined],
  ['m', undefined],
])('reads the duration %j as %p ms', (text, ms) => {
  expect(parseGoDuration(text)).toBe(ms);
});
