import { readFile } from 'node:fs/promises';
import { BlockList, isIPv4 } from 'node:net';
import type Docker from 'dockerode';
import type { EngineInfo } from '../runtime/runtime.js';
import type { Engine } from './engine.js';

/** `172.18.0.0/16`. */
type Subnet = string;

export interface Route {
  readonly interface: string;
  readonly subnet: Subnet;
}

/** Only what the way to it depends on. */
export type PodNetwork = Pick<Docker.NetworkInspectInfo, 'Id' | 'IPAM' | 'Options'>;

/**
 * Can this process open connections to the addresses of `network` itself, or only through a pod's sandbox? It can on the
 * engine's host, which has the network's bridge, and in a container on the network. That it has a network with the same
 * addresses says nothing: every engine gives the same ones to its first networks, and who answers there may be a stranger.
 */
export async function wayToPods(
  engine: Engine,
  network: PodNetwork,
  signal: AbortSignal,
): Promise<EngineInfo['podNetwork']> {
  const routes = parseRoutes(await readText('/proc/net/route'));
  if (leadsTo(network, bridgeOf(network), routes)) return 'direct';
  const own = containersOf(await readText('/proc/self/mountinfo'));
  if (own.length === 0) return 'sandbox';
  const path = `/networks/${network.Id}`;
  const { Containers } = await engine.call<Docker.NetworkInspectInfo>({ method: 'GET', path }, signal);
  return own.some((id) => id in (Containers ?? {})) ? 'direct' : 'sandbox';
}

/**
 * Do packets for the pods leave by this interface? Not when another route is as narrow: two engines of one machine may have
 * chosen the same addresses at the same time. Pure.
 */
export function leadsTo(network: PodNetwork, name: string, routes: readonly Route[]): boolean {
  const subnets = (network.IPAM?.Config ?? []).flatMap(({ Subnet: subnet }) => subnet ?? []);
  return subnets.some((subnet) => {
    if (!isIPv4(addressOf(subnet))) return false;
    const rivals = routes.filter((route) => overlaps(route.subnet, subnet) && bitsOf(route.subnet) >= bitsOf(subnet));
    return rivals.length > 0 && rivals.every((route) => route.interface === name);
  });
}

/** The engine names a bridge after the network's id, so it is this network's and no other's. Source: libnetwork drivers/bridge. */
export const bridgeOf = ({ Id, Options }: PodNetwork): string =>
  Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;

/**
 * IPv4 routes in `/proc/net/route`, without the default one. Numbers are little-endian hexadecimal. An empty bridge is there
 * too, which is not up and thus not among the interfaces that Node names.
 */
export function parseRoutes(text: string): readonly Route[] {
  const rows = text.split('\n').slice(1);
  return rows.flatMap((row) => {
    const [name = '', destination = '', , , , , , mask = ''] = row.trim().split(/\s+/);
    if (mask === '' || mask === '00000000') return [];
    const bits = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
    return [{ interface: name, subnet: `${dotted(destination)}/${bits}` }];
  });
}

/** Ids of the container that has these mounts: the engine puts `hosts` and others into it from a directory with its id. */
export const containersOf = (mountinfo: string): readonly string[] => [
  ...new Set([...mountinfo.matchAll(/\/containers\/([0-9a-f]{64})\//g)].flatMap(([, id]) => id ?? [])),
];

/** Not Linux, or no such file in this sandbox: nothing is known. */
const readText = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

const addressOf = (subnet: Subnet): string => subnet.split('/')[0] ?? '';
const bitsOf = (subnet: Subnet): number => Number(subnet.split('/')[1] ?? 32);
const overlaps = (a: Subnet, b: Subnet): boolean => contains(a, addressOf(b)) || contains(b, addressOf(a));

function contains(subnet: Subnet, address: string): boolean {
  const list = new BlockList();
  list.addSubnet(addressOf(subnet), bitsOf(subnet), 'ipv4');
  return list.check(address, 'ipv4');
}

function dotted(hexadecimal: string): string {
  const bytes = hexadecimal.match(/../g) ?? [];
  return bytes
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join('.');
}
