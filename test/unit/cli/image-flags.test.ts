import { Command } from 'commander';
import { expect, it } from '@jest/globals';
import { addImageFlags, imageOptions, type ImageFlags } from '../../../src/cli/image-flags.js';

const parse = (...flags: string[]): ReturnType<typeof imageOptions> =>
  imageOptions(
    addImageFlags(new Command())
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .parse(flags, { from: 'user' })
      .opts<ImageFlags>(),
  );

it('does not remove images unless it is told to', () => {
  expect(parse()).toEqual({ pullDeadlineMs: 60_000 });
  expect(parse('--image-pull-progress-deadline=5m')).toEqual({ pullDeadlineMs: 300_000 });
});

it('removes them between two thresholds', () => {
  expect(parse('--image-gc-high-threshold=85', '--minimum-image-ttl-duration', '1h')).toMatchObject({
    garbage: { highPercent: 85, lowPercent: 80, minimumAgeMs: 3_600_000 },
  });
});

it.each([
  [['--image-gc-high-threshold=70'], 'must be less than'],
  [['--image-gc-high-threshold=101'], 'Expected 0 to 100'],
  [['--image-gc-low-threshold=x'], 'Expected 0 to 100'],
  [['--minimum-image-ttl-duration=soon'], 'Expected a duration'],
  [['--image-pull-progress-deadline=0'], 'Expected a duration'],
])('refuses %j', (flags, message) => {
  expect(() => parse(...flags)).toThrow(message);
});
