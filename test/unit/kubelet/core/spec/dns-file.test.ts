import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../../../../../src/api/schema/pod.js';
import { dnsFile, parseResolver } from '../../../../../src/kubelet/core/spec/dns-file.js';
import { aPod } from '../../../../support/builders.js';

const NODE = { nameservers: ['192.0.2.53'], searches: ['corp.example'], options: ['timeout:1', 'rotate'] };
const of = (spec: Partial<PodSpec>) => dnsFile(aPod(spec), NODE);
const numbered = (count: number, text: string): string[] => Array.from({ length: count }, (_item, n) => `${text}${n}`);

describe('resolv.conf', () => {
  it.each(['Default', 'ClusterFirst', 'ClusterFirstWithHostNet'] as const)(
    "is the engine's for the policy %s",
    (dnsPolicy) => expect(of({ dnsPolicy })).toBeUndefined(),
  );

  it.each<[string, Partial<PodSpec>, string]>([
    [
      "has the node's first and the pod's own after it",
      {
        dnsPolicy: 'ClusterFirst',
        dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.1'], searches: ['a.b', 'corp.example'] },
      },
      '@FILE nameserver\nnameserver 1.1.1.1\nsearch corp.example a.b\noptions timeout:1 rotate\n',
    ],
    [
      "lets the pod's options win by name",
      { dnsConfig: { options: [{ name: 'timeout', value: '5' }, { name: 'edns0' }, { name: 'x', value: '' }] } },
      '@FILE nameserver\nsearch corp.example\noptions timeout:5 rotate edns0 x\n',
    ],
    [
      'has nothing of the node for the policy None',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'], options: [{ name: 'ndots', value: '2' }] } },
      'nameserver 1.1.1.1\noptions ndots:2\n',
    ],
    [
      'names a server of the node once on the host network',
      { hostNetwork: true, dnsConfig: { nameservers: ['192.0.2.53', '1.1.1.1'] } },
      '@FILE nameserver\nnameserver 1.1.1.1\nsearch corp.example\noptions timeout:1 rotate\n',
    ],
  ])('%s', (_what, spec, text) => {
    expect(of(spec)).toEqual({ text, omitted: [] });
  });

  it('says what does not fit', () => {
    const nameservers = numbered(3, '10.0.0.');
    expect(of({ dnsConfig: { nameservers, searches: numbered(32, 's') } })).toEqual({
      text: `@FILE nameserver\nnameserver 10.0.0.0\nnameserver 10.0.0.1\nsearch corp.example ${numbered(31, 's').join(' ')}\noptions timeout:1 rotate\n`,
      omitted: [
        'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 192.0.2.53 10.0.0.0 10.0.0.1',
        `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: corp.example ${numbered(31, 's').join(' ')}`,
      ],
    });
    expect(of({ dnsPolicy: 'None', dnsConfig: { nameservers } })?.omitted).toEqual([]);
  });

  it('has 2048 characters of searches at most', () => {
    const searches = numbered(9, 'x'.repeat(249));
    const searched = of({ dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'], searches } });
    expect(searched?.text).toContain(`search ${searches.slice(0, 8).join(' ')}\n`);
    expect(searched?.omitted).toHaveLength(1);
  });
});

describe("the node's own resolv.conf", () => {
  it('gives all servers, the last search and the last options', () => {
    const text = `# comment
nameserver 10.0.0.1
search old.example
 nameserver\t10.0.0.2 # second
search a.example. . b.example
options ndots:1
options edns0 trust-ad
unknown word`;
    expect(parseResolver(text)).toEqual({
      nameservers: ['10.0.0.1', '10.0.0.2'],
      searches: ['a.example', 'b.example'],
      options: ['edns0', 'trust-ad'],
    });
    expect(parseResolver('')).toEqual({ nameservers: [], searches: [], options: [] });
  });
});
