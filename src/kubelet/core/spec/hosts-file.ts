import type { Pod } from '../../../api/schema/pod.js';
import { podHostname } from './hostname.js';

const POD_HEADER = [
  '# Kubernetes-managed hosts file.',
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

/**
 * `/etc/hosts` of a pod as the kubelet writes it. `@IP` begins a line that is there once for every address of the pod, and
 * `@FILE` is the file the engine made, on the host network a copy of the host's: neither is known before the sandbox runs.
 * Source: kubelet managedHostsFileContent, nodeHostsFileContent, hostsEntriesFromHostAliases
 */
export function hostsFile(pod: Pod): string {
  const lines =
    pod.spec.hostNetwork === true
      ? ['# Kubernetes-managed hosts file (host network).', '@FILE']
      : [...POD_HEADER, `@IP\t${podHostname(pod).names.join('\t')}`];
  const aliases = (pod.spec.hostAliases ?? []).map(({ hostnames = [], ip }) => [ip, ...hostnames].join('\t'));
  if (aliases.length > 0) lines.push('', '# Entries added by HostAliases.', ...aliases);
  return `${lines.join('\n')}\n`;
}
