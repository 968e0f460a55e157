import { describe, expect, it } from '@jest/globals';
import { resourceSettings } from '../../../../../src/kubelet/core/spec/resources.js';
import type { ResourceSettings } from '../../../../../src/runtime/resource-settings.js';
import type { Container, PodSpec } from '../../../../../src/api/schema/pod.js';
import { aContainer, aPod } from '../../../../support/builders.js';

type Amounts = Record<string, string>;
const settings = (requests: Amounts | undefined, limits: Amounts | undefined): ResourceSettings =>
  ofContainer(
    aContainer('app', {
      resources: { ...(requests === undefined ? {} : { requests }), ...(limits === undefined ? {} : { limits }) },
    }),
  );
const ofContainer = (container: Container, spec: Partial<PodSpec> = {}): ResourceSettings =>
  resourceSettings(aPod({ containers: [container], ...spec }), container, { memoryCapacity: '1000Mi' });

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
    expect(settings({ memory: '64Mi' }, undefined)).not.toHaveProperty('memoryBytes');
  });

  it("is the pod's where the container has no limit of its own", () => {
    const spec = { resources: { limits: { memory: '64Mi', cpu: '1' } } };
    expect(ofContainer(aContainer('app'), spec)).toMatchObject({ memoryBytes: 67_108_864, cpuQuotaUs: 100_000 });
    const own = aContainer('app', { resources: { limits: { memory: '1Mi' } } });
    expect(ofContainer(own, spec)).toMatchObject({ memoryBytes: 1_048_576, cpuQuotaUs: 100_000 });
  });
});

describe('processes', () => {
  it('are limited as the node says', () => {
    const container = aContainer('app');
    const pod = aPod({ containers: [container] });
    expect(resourceSettings(pod, container, { memoryCapacity: '1Gi', podPidsLimit: 100 }).pidsLimit).toBe(100);
    expect(resourceSettings(pod, container, { memoryCapacity: '1Gi' })).not.toHaveProperty('pidsLimit');
  });
});

describe('the OOM score', () => {
  it.each<[string, Amounts | undefined, Amounts | undefined, number]>([
    ['1000 without any request', undefined, undefined, 1000],
    ['-997 where nothing more can be asked for', { cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' }, -997],
    ['900 for a tenth of the memory', { memory: '100Mi' }, undefined, 900],
    ['999 for a request without memory', { cpu: '1' }, undefined, 999],
    ['3 for all of the memory', { memory: '1000Mi' }, undefined, 3],
    ['3 for more than there is', { memory: '2000Mi' }, undefined, 3],
  ])('is %s', (_what, requests, limits, score) => {
    expect(settings(requests, limits).oomScoreAdj).toBe(score);
  });

  it('is -997 for what the node cannot do without', () => {
    expect(ofContainer(aContainer('app'), { priorityClassName: 'system-node-critical' }).oomScoreAdj).toBe(-997);
  });

  it.each([
    ['less', '10Mi', 900],
    ['more', '500Mi', 500],
  ])('of a sidecar that asked for %s is not above that of the main containers', (_what, memory, score) => {
    const sidecar = aContainer('helper', { restartPolicy: 'Always', resources: { requests: { memory } } });
    const main = aContainer('app', { resources: { requests: { memory: '100Mi' } } });
    expect(ofContainer(sidecar, { initContainers: [sidecar], containers: [main] }).oomScoreAdj).toBe(score);
  });
});
