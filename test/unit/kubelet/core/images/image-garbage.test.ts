import { describe, expect, it } from '@jest/globals';
import {
  planImageGarbage,
  type ImageGarbageInput,
  type PulledImage,
} from '../../../../../src/kubelet/core/images/image-garbage.js';
import type { ImageListed } from '../../../../../src/runtime/runtime.js';
import { T0 } from '../../../../support/builders.js';

const HOUR = 3_600_000;
const pulled = (id: string, changes: Partial<PulledImage> = {}): PulledImage => ({
  id,
  references: [`${id}:1`],
  pulledAt: T0 - 10 * HOUR,
  lastUsedAt: T0 - HOUR,
  ...changes,
});
const image = (id: string, changes: Partial<ImageListed> = {}): ImageListed => ({
  id,
  tags: [`${id}:1`],
  digests: [`${id}@sha256:0`],
  sizeBytes: 50,
  inUse: false,
  ...changes,
});

/** A disk of 1000 bytes that is 90 % full, and a policy as a kubelet has it. */
function plan(changes: Partial<ImageGarbageInput>): { remove: string[]; wantedBytes: number; foundBytes: number } {
  const { remove, ...rest } = planImageGarbage({
    pulled: [pulled('a'), pulled('b', { lastUsedAt: T0 - 2 * HOUR }), pulled('c', { lastUsedAt: T0 - 3 * HOUR })],
    present: [image('a'), image('b'), image('c')],
    disk: { capacityBytes: 1_000, availableBytes: 100 },
    policy: { highPercent: 85, lowPercent: 80, minimumAgeMs: 120_000 },
    now: T0,
    ...changes,
  });
  return { remove: remove.map(({ id }) => id), ...rest };
}

describe('image garbage', () => {
  it('goes until so much is free as is wanted, what was not used for longest first', () => {
    expect(plan({})).toEqual({ remove: ['c', 'b'], wantedBytes: 100, foundBytes: 100 });
  });

  it.each([
    [160, []],
    [159, ['c']],
  ])('with %d bytes of 1000 free is %j', (availableBytes, remove) => {
    expect(plan({ disk: { capacityBytes: 1_000, availableBytes } }).remove).toEqual(remove);
  });

  it('stays at a threshold of 100 %, however full the disk', () => {
    const policy = { highPercent: 100, lowPercent: 80, minimumAgeMs: 0 };
    expect(plan({ policy, disk: { capacityBytes: 1_000, availableBytes: 0 } }).remove).toEqual([]);
  });

  it.each([
    ['that we did not pull', { present: [image('mine')], pulled: [] }],
    ['that a container uses', { present: [image('c', { inUse: true })] }],
    ['that somebody gave a name', { present: [image('c', { tags: ['c:1', 'mine:1'] })] }],
    ['that was pulled a minute ago', { present: [image('a')], pulled: [pulled('a', { pulledAt: T0 - 60_000 })] }],
    ['that was used a minute ago', { present: [image('a')], pulled: [pulled('a', { lastUsedAt: T0 - 60_000 })] }],
    ['that is gone', { present: [] }],
  ])('is never one %s', (_what, changes) => {
    expect(plan(changes)).toEqual({ remove: [], wantedBytes: 100, foundBytes: 0 });
  });

  it('knows an image by all ways to write its name', () => {
    const present = [image('a', { tags: ['busybox:latest', 'quay.io/a/b:1'] })];
    const references = ['docker.io/library/busybox', 'quay.io/a/b:1'];
    expect(plan({ present, pulled: [pulled('a', { references })] }).remove).toEqual(['a']);
    expect(plan({ present, pulled: [pulled('a', { references: ['busybox'] })] }).remove).toEqual([]);
  });

  it('may have no name but its digest', () => {
    const references = [`busybox@sha256:${'0'.repeat(64)}`];
    expect(plan({ present: [image('a', { tags: [] })], pulled: [pulled('a', { references })] }).remove).toEqual(['a']);
  });
});
