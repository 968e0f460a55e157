import { describe, expect, it } from '@jest/globals';
import { existingPodWarnings, isTightened } from '../../../../src/api/pod-security/existing-pods.js';
import { podSecurityLabelErrors, podSecurityPolicy } from '../../../../src/api/pod-security/namespace-policy.js';
import { aPod } from '../../../support/builders.js';

const PREFIX = 'pod-security.kubernetes.io/';

describe('the policy of a namespace', () => {
  it("is the node's level and no warnings without labels", () => {
    expect(podSecurityPolicy(undefined, 'baseline')).toEqual({
      enforce: { level: 'baseline', version: 'latest' },
      audit: { level: 'privileged', version: 'latest' },
      warn: { level: 'privileged', version: 'latest' },
    });
  });

  it('is what the labels say, more or less than that of the node', () => {
    const labels = {
      [`${PREFIX}enforce`]: 'privileged',
      [`${PREFIX}warn`]: 'restricted',
      [`${PREFIX}warn-version`]: 'v1.30',
      [`${PREFIX}audit`]: 'baseline',
    };
    expect(podSecurityPolicy(labels, 'restricted')).toEqual({
      enforce: { level: 'privileged', version: 'latest' },
      audit: { level: 'baseline', version: 'latest' },
      warn: { level: 'restricted', version: 'v1.30' },
    });
  });

  it('is strict where a label cannot be read', () => {
    const labels = { [`${PREFIX}enforce`]: 'none', [`${PREFIX}warn`]: 'all', [`${PREFIX}enforce-version`]: '1.2' };
    expect(podSecurityPolicy(labels, 'privileged')).toMatchObject({
      enforce: { level: 'restricted', version: 'latest' },
      warn: { level: 'privileged' },
    });
  });
});

describe('labels', () => {
  it('that cannot be read are named', () => {
    const labels = { [`${PREFIX}enforce`]: 'none', [`${PREFIX}warn-version`]: '1.30', other: 'x' };
    expect(podSecurityLabelErrors(labels).map(({ message }) => message)).toEqual([
      'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "none": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.30": must be "latest" or "v1.x"',
    ]);
  });

  it('that can be read are not', () => {
    const labels = { [`${PREFIX}enforce`]: 'baseline', [`${PREFIX}enforce-version`]: 'v1.0' };
    expect(podSecurityLabelErrors(labels)).toEqual([]);
  });
});

describe('a changed level', () => {
  it.each([
    ['privileged', 'baseline', true],
    ['baseline', 'restricted', true],
    ['restricted', 'baseline', false],
    ['baseline', 'privileged', false],
    ['baseline', 'baseline', false],
  ] as const)('from %s to %s: stricter %p', (before, next, stricter) => {
    expect(isTightened({ level: next, version: 'latest' }, { level: before, version: 'latest' })).toBe(stricter);
  });

  it('tells which pods would not pass', () => {
    const named = (name: string, spec: Parameters<typeof aPod>[0]): ReturnType<typeof aPod> =>
      aPod(spec, { metadata: { name } });
    const pods = [
      named('b', { hostPID: true }),
      named('a', { hostPID: true }),
      named('fine', {}),
      named('c', { hostPID: true }),
      named('d', { containers: [], volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
    ];
    expect(existingPodWarnings('shop', pods, { level: 'baseline', version: 'latest' })).toEqual([
      'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 2 other pods): host namespaces',
      'd: hostPath volumes',
    ]);
  });
});
