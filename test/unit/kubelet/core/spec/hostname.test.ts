import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../../../../../src/api/schema/pod.js';
import { podHostname } from '../../../../../src/kubelet/core/spec/hostname.js';
import { aPod } from '../../../../support/builders.js';

const of = (spec: Partial<PodSpec>, name = 'web') => podHostname(aPod(spec, { metadata: { name } }));

describe('host name of a pod', () => {
  it.each<[string, Partial<PodSpec>, string, string, string[]]>([
    ["is the pod's name", {}, 'web', 'web', ['web']],
    ["is the spec's", { hostname: 'other' }, 'web', 'other', ['other']],
    ["is the pod's name for an empty one", { hostname: '' }, 'web', 'web', ['web']],
    ['has 63 characters at most', {}, 'x'.repeat(70), 'x'.repeat(63), ['x'.repeat(63)]],
    ['has no dots and dashes where it is cut', {}, `${'x'.repeat(60)}.-.yyy`, 'x'.repeat(60), ['x'.repeat(60)]],
    [
      'has a domain with a subdomain, which the kernel does not hear of',
      { subdomain: 'sub' },
      'web',
      'web',
      ['web.sub.default.svc.cluster.local', 'web'],
    ],
    [
      'is told to the kernel with its domain when that is asked for',
      { hostname: 'h', subdomain: 'sub', setHostnameAsFQDN: true },
      'web',
      'h.sub.default.svc.cluster.local',
      ['h.sub.default.svc.cluster.local', 'h'],
    ],
    ['is short where there is no domain to tell', { setHostnameAsFQDN: true }, 'web', 'web', ['web']],
    [
      'is what overrides everything else',
      { hostnameOverride: 'over.ride', hostname: 'h', subdomain: 'sub' },
      'web',
      'over.ride',
      ['over.ride'],
    ],
  ])('%s', (_what, spec, name, kernel, names) => {
    expect(of(spec, name)).toEqual({ kernel, names });
  });

  it('is refused when the kernel cannot hold it with its domain', () => {
    const name = 'x'.repeat(40);
    const complete = `${name}.sub.default.svc.cluster.local`;
    expect(() => of({ subdomain: 'sub', setHostnameAsFQDN: true }, name)).toThrow(
      expect.objectContaining({
        code: 'Invalid',
        message:
          'failed to construct FQDN from pod hostname and cluster domain, ' +
          `FQDN ${complete} is too long (64 characters is the max, 70 characters requested)`,
      }),
    );
  });
});
