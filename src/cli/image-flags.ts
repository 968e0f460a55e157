import { InvalidArgumentError, Option, type Command } from 'commander';
import { KubeletteError } from '../lib/errors.js';
import type { ImageOptions } from '../options.js';
import { parseGoDuration } from './client/go-duration.js';

/** Flags about images, with the kubelet's names. */
export interface ImageFlags {
  readonly imagePullProgressDeadline: number;
  readonly imageGcHighThreshold: number;
  readonly imageGcLowThreshold: number;
  readonly minimumImageTtlDuration: number;
}

/** Adds them. Images are not removed unless somebody asks: a kubelet would at 85 %. */
export const addImageFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--image-pull-progress-deadline <duration>', 'a pull without progress for so long is given up')
        .argParser(duration)
        .default(60_000, '1m0s')
        .env('KUBELETTE_IMAGE_PULL_PROGRESS_DEADLINE'),
    )
    .addOption(
      new Option('--image-gc-high-threshold <percent>', 'disk use from which unused pulled images go; 100: never')
        .argParser(percent)
        .default(100)
        .env('KUBELETTE_IMAGE_GC_HIGH_THRESHOLD'),
    )
    .addOption(
      new Option('--image-gc-low-threshold <percent>', 'disk use down to which they go')
        .argParser(percent)
        .default(80)
        .env('KUBELETTE_IMAGE_GC_LOW_THRESHOLD'),
    )
    .addOption(
      new Option('--minimum-image-ttl-duration <duration>', 'younger images stay')
        .argParser(duration)
        .default(120_000, '2m0s')
        .env('KUBELETTE_MINIMUM_IMAGE_TTL_DURATION'),
    );

/** @throws Invalid when the thresholds are the wrong way round; the kubelet's words */
export function imageOptions(flags: ImageFlags): ImageOptions {
  const { imageGcHighThreshold: highPercent, imageGcLowThreshold: lowPercent } = flags;
  const pullDeadlineMs = flags.imagePullProgressDeadline;
  if (highPercent === 100) return { pullDeadlineMs };
  if (lowPercent >= highPercent) {
    throw new KubeletteError(
      'Invalid',
      `imageGCLowThresholdPercent (--image-gc-low-threshold) ${lowPercent} must be less than imageGCHighThresholdPercent (--image-gc-high-threshold) ${highPercent}`,
    );
  }
  return { pullDeadlineMs, garbage: { highPercent, lowPercent, minimumAgeMs: flags.minimumImageTtlDuration } };
}

function duration(text: string): number {
  const ms = parseGoDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('Expected a duration, for example 30s or 5m.');
  return ms;
}

function percent(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 100) throw new InvalidArgumentError('Expected 0 to 100.');
  return Number(text);
}
