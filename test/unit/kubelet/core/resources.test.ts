import { describe, expect, it } from '@jest/globals';
import { resourceSettings } from '../../../../src/kubelet/core/resources.js';
import type { ResourceSettings } from '../../../../src/runtime/specs.js';
import { aContainer } from '../../../support/builders.js';

type Amounts = Record<string, string>;
const settings = (requests: Amounts | undefined, limits: Amounts | undefined): ResourceSettings =>
  resourceSettings(
    aContainer('app', {
      resources: { ...(requests === undefined ? {} : { requests }), ...(limits === undefined ? {} : { limits }) },
    }),
  );

describe('CPU shares', () => {
  it.each<[string, Amounts | undefined, Amounts | undefined, number]>([
    ['2, the least, without a request', undefined, undefined, 2],
    ['2 for a request of nothing', { cpu: '0' }, undefined, 2],
    ['2 for less than two shares', { cpu: '1m' }, undefined, 2],
    ['102 for a tenth of a CPU: the fraction is cut', { cpu: '100m' }, undefined, 102],
    ['512 for half a CPU', { cpu: '500m' }, undefined, 512],
    ['1024 for a CPU', { cpu: '1' }, undefined, 1024],
    ['1536 for 1.5 CPUs', { cpu: '1.5' }, undefined, 1536],
    ['262144, the most, for all one can ask for', { cpu: '1000' }, undefined, 262144],
    ['those of the limit without a request', undefined, { cpu: '2' }, 2048],
    ['those of the request beside a limit', { cpu: '250m' }, { cpu: '2' }, 256],
  ])('are %s', (_what, requests, limits, shares) => {
    expect(settings(requests, limits).cpuShares).toBe(shares);
  });
});

describe('CPU quota', () => {
  it.each<[string, string, number]>([
    ['a whole period for each CPU', '2', 200_000],
    ['its part of a period', '250m', 25_000],
    ['never less than 1 ms', '1m', 1_000],
    ['1 ms at the border', '10m', 1_000],
  ])('is %s', (_what, cpu, quota) => {
    expect(settings(undefined, { cpu })).toMatchObject({ cpuPeriodUs: 100_000, cpuQuotaUs: quota });
  });

  it.each<[string, Amounts | undefined]>([
    ['without limits', undefined],
    ['with a limit on memory only', { memory: '1Gi' }],
    ['with a limit of 0', { cpu: '0' }],
  ])('is not set %s', (_what, limits) => {
    expect(Object.keys(settings({ cpu: '1' }, limits))).not.toContain('cpuQuotaUs');
    expect(Object.keys(settings({ cpu: '1' }, limits))).not.toContain('cpuPeriodUs');
  });
});

describe('memory', () => {
  it.each<[string, number]>([
    ['64Mi', 67_108_864],
    ['1G', 1_000_000_000],
    ['1.5Gi', 1_610_612_736],
    ['128974848', 128_974_848],
    ['100m', 1],
  ])('limit %s is %d bytes', (memory, bytes) => {
    expect(settings(undefined, { memory }).memoryBytes).toBe(bytes);
  });

  it('is not limited by a request', () => {
    expect(settings({ memory: '64Mi' }, undefined)).toEqual({ cpuShares: 2 });
  });
});
