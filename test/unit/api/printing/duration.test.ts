import { describe, expect, it } from '@jest/globals';
import { ageSince, humanDuration } from '../../../../src/api/printing/duration.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe('humanDuration', () => {
  it.each([
    [-2 * SECOND, '<invalid>'],
    [-1 * SECOND, '0s'],
    [-0.5 * SECOND, '0s'],
    [0, '0s'],
    [1.9 * SECOND, '1s'],
    [119 * SECOND, '119s'],
    [2 * MINUTE, '2m'],
    [3 * MINUTE + 12 * SECOND, '3m12s'],
    [10 * MINUTE - SECOND, '9m59s'],
    [10 * MINUTE + 30 * SECOND, '10m'],
    [3 * HOUR - SECOND, '179m'],
    [3 * HOUR, '3h'],
    [7 * HOUR + 59 * MINUTE, '7h59m'],
    [8 * HOUR + 5 * MINUTE, '8h'],
    [48 * HOUR - SECOND, '47h'],
    [2 * DAY, '2d'],
    [3 * DAY + 4 * HOUR, '3d4h'],
    [8 * DAY + 4 * HOUR, '8d'],
    [2 * YEAR - DAY, '729d'],
    [2 * YEAR, '2y'],
    [3 * YEAR + 7 * DAY, '3y7d'],
    [8 * YEAR + 7 * DAY, '8y'],
  ])('shows %d ms as %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});

describe('ageSince', () => {
  it('counts from the timestamp', () => {
    expect(ageSince('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:01:30Z'))).toBe('90s');
  });

  it.each([undefined, null, '', 'yesterday'])('does not know the age of %p', (timestamp) => {
    expect(ageSince(timestamp, 0)).toBe('<unknown>');
  });
});
