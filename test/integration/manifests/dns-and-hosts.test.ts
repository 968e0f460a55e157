import { expect, it } from '@jest/globals';
import { useNode } from '../../support/node.js';

const kubelette = useNode();

it('dns-and-hosts: a container sees the files the kubelet writes', async () => {
  const pod = await kubelette.node.apply('manifests/dns-and-hosts.yaml');
  await pod.ready();
  const { podIP } = pod.status();
  const read = async (...command: string[]): Promise<string> => (await pod.exec(command)).stdout;
  const name = 'frontend.shop.default.svc.cluster.local';

  expect(await read('hostname')).toBe(`${name}\n`);
  expect(await read('cat', '/etc/hostname')).toBe(`${name}\n`);
  expect(await read('cat', '/etc/hosts')).toBe(`# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
${podIP ?? ''}\t${name}\tfrontend

# Entries added by HostAliases.
127.0.0.1\tdatabase\tdatabase.internal
`);
  expect(await read('cat', '/etc/resolv.conf')).toBe('nameserver 192.0.2.53\nsearch shop.example\noptions ndots:2\n');
  expect(await read('ping', '-c', '1', 'database')).toContain('127.0.0.1');
});
