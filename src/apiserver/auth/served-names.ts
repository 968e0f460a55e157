import { isIP } from 'node:net';

/** The names and addresses this server may be called by: in its certificate, and as `Host`. Canonical. */
export interface ServedNames {
  readonly dns: readonly string[];
  readonly ips: readonly string[];
}

/** What a server that listens on every address can be reached by. */
export interface MachineNames {
  readonly hostname: string;
  readonly addresses: readonly string[];
}

/** Loopback always; the listen host; and for `0.0.0.0` and `::`, what the machine is called. */
export function servedNames(listenHost: string, machine: MachineNames): ServedNames {
  const dns = new Set(['localhost']);
  const ips = new Set(['127.0.0.1', '::1']);
  const wanted = isWildcard(listenHost) ? [machine.hostname, ...machine.addresses] : [listenHost];
  for (const name of wanted) {
    const host = canonicalHost(isIP(name) === 6 ? `[${name}]` : name);
    if (host !== undefined) (isIP(host) === 0 ? dns : ips).add(host);
  }
  return { dns: [...dns], ips: [...ips] };
}

export const isServed = ({ dns, ips }: ServedNames, host: string): boolean => dns.includes(host) || ips.includes(host);

/** True for hosts that only this machine can reach. */
export const isLoopback = (listenHost: string): boolean =>
  listenHost === 'localhost' || listenHost === '::1' || (isIP(listenHost) === 4 && listenHost.startsWith('127.'));

/** `0.0.0.0` and `::`: every address of the machine. */
export const isWildcard = (listenHost: string): boolean => listenHost === '0.0.0.0' || listenHost === '::';

/**
 * The host of a `Host` header or an authority, without port and brackets, in the one form that can be compared:
 * `LOCALHOST:1` → `localhost`, `[0:0::1]` → `::1`. Undefined when it is no authority.
 */
export function canonicalHost(authority: string): string | undefined {
  // Nothing that URL would take for credentials, a path or a query.
  if (!/^[\w.\-:[\]]+$/.test(authority)) return undefined;
  try {
    return new URL(`https://${authority}`).hostname.replace(/^\[|\]$/g, '');
  } catch {
    return undefined;
  }
}
