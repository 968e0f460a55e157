import { readFile } from 'node:fs/promises';
import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** A network this machine is attached to: `172.18.0.0/16`. */
export type Subnet = string;

/**
 * Can this process open connections into `podSubnets`? Pure. It can when it is attached to one of them: as the engine's
 * host (which has the bridge) or as a container on the pods' network.
 *
 * @param attached subnets of this machine's interfaces
 */
export const isReachable = (podSubnets: readonly Subnet[], attached: readonly Subnet[]): boolean =>
  podSubnets.some((subnet) => isIPv4(addressOf(subnet)) && attached.some((own) => contains(subnet, addressOf(own))));

/** Subnets of this machine's interfaces. On Linux from the routes: an empty bridge is not up, so it has no interface. */
export async function attachedSubnets(): Promise<readonly Subnet[]> {
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return [...parseRoutes(routes), ...interfaces.flatMap(({ cidr }) => cidr ?? [])];
}

/** Directly attached networks in `/proc/net/route`: those without a gateway. Numbers are little-endian hexadecimal. */
export function parseRoutes(text: string): readonly Subnet[] {
  const rows = text.split('\n').slice(1);
  return rows.flatMap((row) => {
    const [, destination = '', gateway = '', , , , , mask = ''] = row.trim().split(/\s+/);
    if (gateway !== '00000000' || mask === '' || mask === '00000000') return [];
    const bits = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
    return [`${dotted(destination)}/${bits}`];
  });
}

const addressOf = (subnet: Subnet): string => subnet.split('/')[0] ?? '';

function contains(subnet: Subnet, address: string): boolean {
  if (!isIPv4(address)) return false;
  const list = new BlockList();
  list.addSubnet(addressOf(subnet), Number(subnet.split('/')[1] ?? 32), 'ipv4');
  return list.check(address, 'ipv4');
}

function dotted(hexadecimal: string): string {
  const bytes = hexadecimal.match(/../g) ?? [];
  return bytes
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join('.');
}
