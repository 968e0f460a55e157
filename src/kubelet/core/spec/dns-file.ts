import type { Pod } from '../../../api/schema/pod.js';

/** What the engine's machine says in its own `resolv.conf`. */
export interface Resolver {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  /** `name` or `name:value`. */
  readonly options: readonly string[];
}

export interface DnsFile {
  /** As for `hostsFile`, where `@FILE nameserver` stands for the lines of the engine's file that begin so. */
  readonly text: string;
  /** Messages of `DNSConfigForming` events: what did not fit. */
  readonly omitted: readonly string[];
}

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2_048;

/**
 * `/etc/resolv.conf` of a pod that asks for something; undefined: the engine's own file is right. Without the DNS of a
 * cluster every policy but None begins with what the node has, and the engine decides by which name server that is
 * asked: on the pods' network its own one answers for those of the node.
 *
 * Source: kubelet GetPodDNS, appendDNSConfig, formDNSConfigFitsLimits, pkg/kubelet/network/dns/dns.go
 */
export function dnsFile({ spec }: Pod, node: Resolver): DnsFile | undefined {
  const { dnsConfig, dnsPolicy } = spec;
  if (dnsConfig === undefined && dnsPolicy !== 'None') return undefined;
  const base = dnsPolicy === 'None' ? NOTHING : node;
  const own = dnsConfig?.nameservers ?? [];
  const omitted: string[] = [];
  const before = dnsPolicy === 'None' ? 0 : spec.hostNetwork === true ? node.nameservers.length : 1;
  const asked = unique(own).filter((server) => spec.hostNetwork !== true || !base.nameservers.includes(server));
  const nameservers = asked.slice(0, Math.max(0, MAX_NAMESERVERS - before));
  if (nameservers.length < asked.length) {
    const applied = [...base.nameservers, ...nameservers].slice(0, MAX_NAMESERVERS).join(' ');
    omitted.push(
      `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${applied}`,
    );
  }
  const wanted = unique([...base.searches, ...(dnsConfig?.searches ?? [])]);
  const searches = fittingSearches(wanted);
  if (searches.length < wanted.length) {
    const applied = searches.join(' ');
    omitted.push(
      `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${applied}`,
    );
  }
  const options = mergedOptions(base.options, dnsConfig?.options ?? []);
  const lines = [
    ...(before === 0 ? [] : ['@FILE nameserver']),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(searches.length === 0 ? [] : [`search ${searches.join(' ')}`]),
    ...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
  ];
  return { text: `${lines.join('\n')}\n`, omitted };
}

const NOTHING: Resolver = { nameservers: [], searches: [], options: [] };

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

function fittingSearches(wanted: readonly string[]): string[] {
  const fitting: string[] = [];
  let characters = -1;
  for (const search of wanted.slice(0, MAX_SEARCHES)) {
    characters += search.length + 1;
    if (characters > MAX_SEARCH_CHARACTERS) break;
    fitting.push(search);
  }
  return fitting;
}

/** By name; the pod's win and come in the place of the first of their name. */
function mergedOptions(
  base: readonly string[],
  own: readonly { readonly name?: string; readonly value?: string }[],
): string[] {
  const merged = new Map(base.map((option) => [option.split(':', 1)[0] ?? '', option]));
  for (const { name = '', value = '' } of own) merged.set(name, value === '' ? name : `${name}:${value}`);
  return [...merged.values()];
}

/** Reads a `resolv.conf`: all name servers, the last search and the last options. Source: kubelet parseResolvConf */
export function parseResolver(text: string): Resolver {
  let resolver: Resolver = NOTHING;
  for (const line of text.split('\n')) {
    const [word, ...values] = line.trim().split(/\s+/);
    if (word === 'nameserver')
      resolver = { ...resolver, nameservers: [...resolver.nameservers, ...values.slice(0, 1)] };
    if (word === 'search') {
      const searches = values.map((search) => search.replace(/\.+$/, '')).filter((search) => search !== '');
      resolver = { ...resolver, searches };
    }
    if (word === 'options') resolver = { ...resolver, options: values };
  }
  return resolver;
}
