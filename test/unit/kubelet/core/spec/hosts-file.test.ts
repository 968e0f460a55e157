import { describe, expect, it } from '@jest/globals';
import { hostsFile } from '../../../../../src/kubelet/core/spec/hosts-file.js';
import { aPod } from '../../../../support/builders.js';

const HEAD = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;
const ALIASES = `
# Entries added by HostAliases.
10.1.1.1\tdb\tdb.local
10.1.1.2
10.1.1.1\tagain
`;
const hostAliases = [
  { ip: '10.1.1.1', hostnames: ['db', 'db.local'] },
  { ip: '10.1.1.2' },
  { ip: '10.1.1.1', hostnames: ['again'] },
];

describe('hosts file', () => {
  it('ends with the addresses of the pod', () => {
    expect(hostsFile(aPod())).toBe(`${HEAD}@IP\tweb\n`);
    expect(hostsFile(aPod({ subdomain: 'sub' }))).toBe(`${HEAD}@IP\tweb.sub.default.svc.cluster.local\tweb\n`);
  });

  it('has the aliases after them, one line each', () => {
    expect(hostsFile(aPod({ hostAliases }))).toBe(`${HEAD}@IP\tweb\n${ALIASES}`);
  });

  it("is the host's on the host network", () => {
    expect(hostsFile(aPod({ hostNetwork: true, hostAliases }))).toBe(
      `# Kubernetes-managed hosts file (host network).\n@FILE\n${ALIASES}`,
    );
  });
});
