/** Longest DNS label; node names of ours are one label, so that they fit everywhere. */
const LONGEST_LABEL = 63;

/** The host's name as a node name, as the kubelet makes it: lower case, and only what a DNS subdomain may hold. */
export function nodeNameOf(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .replace(/\.[.-]+|-+\./g, '.');
  return name === '' ? 'localhost' : name.slice(0, 253).replace(/[^a-z0-9]+$/, '');
}

/** Node name of a foreground agent: no other process on this host has the same one. */
export function runNodeName(hostname: string, pid: number): string {
  const suffix = `-run-${pid}`;
  const host = (nodeNameOf(hostname).split('.')[0] ?? '').slice(0, LONGEST_LABEL - suffix.length);
  return host.replace(/-+$/, '') + suffix;
}
