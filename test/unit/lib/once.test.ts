import { describe, expect, it } from '@jest/globals';
import { once, withLast } from '../../../src/lib/once.js';

interface Box {
  readonly size: number;
}

/** Two boxes, and how often a function was asked about one. */
function counted(remember: (compute: (box: Box) => string) => (box: Box) => string) {
  let times = 0;
  const describeBox = remember(({ size }) => {
    times += 1;
    return `a box of ${size}`;
  });
  return { describeBox, small: { size: 1 }, large: { size: 2 }, times: () => times };
}

describe('once', () => {
  it('asks once about each object, in whatever order', () => {
    const { describeBox, large, small, times } = counted(once);
    expect([small, large, small, large].map(describeBox)).toEqual([
      'a box of 1',
      'a box of 2',
      'a box of 1',
      'a box of 2',
    ]);
    expect(times()).toBe(2);
  });

  it('takes equal objects for two', () => {
    const { describeBox, times } = counted(once);
    expect([{ size: 3 }, { size: 3 }].map(describeBox)).toEqual(['a box of 3', 'a box of 3']);
    expect(times()).toBe(2);
  });
});

describe('withLast', () => {
  it('asks again when it was asked about something else in between', () => {
    const { describeBox, large, small, times } = counted(withLast);
    expect([small, small, large, small].map(describeBox)).toEqual([
      'a box of 1',
      'a box of 1',
      'a box of 2',
      'a box of 1',
    ]);
    expect(times()).toBe(3);
  });
});
