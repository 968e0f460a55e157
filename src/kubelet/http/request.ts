import type { HttpGetAction } from '../../api/schema/pod.js';
import { joinHostPort } from './connect.js';

/** One GET as it goes over the wire. */
export interface HttpRequest {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Path and query, fit for a request line. */
  readonly path: string;
  /** By lower-case name; a name given more than once is sent as often. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** `kube-probe/1.33`, or `kube-lifecycle/1.33` for hooks. */
export type UserAgent = `kube-${'probe' | 'lifecycle'}/${string}`;

/**
 * The first request of an HTTP action. Source: kubelet pkg/probe/http/request.go.
 *
 * @param host the pod's address, unless the action names another one
 */
export function httpRequest(action: HttpGetAction, host: string, port: number, userAgent: UserAgent): HttpRequest {
  const headers: Record<string, string[]> = {};
  for (const { name, value } of action.httpHeaders ?? []) (headers[name.toLowerCase()] ??= []).push(value);
  headers['user-agent'] ??= [userAgent];
  headers['accept'] ??= ['*/*'];
  if (headers['accept'][0] === '') delete headers['accept'];
  const scheme = action.scheme === 'HTTPS' ? 'https' : 'http';
  // An empty one is taken as none.
  if ((headers['host']?.[0] ?? '') === '') headers['host'] = [joinHostPort(host, port)];
  else headers['host'] = (headers['host'] ?? []).slice(0, 1);
  return { scheme, host, port, path: requestPath(action.path ?? '/'), headers };
}

/** As Go writes it in messages: with the port even where it is the usual one. */
export const requestUrl = ({ host, path, port, scheme }: HttpRequest): string =>
  `${scheme}://${joinHostPort(host, port)}${path}`;

/**
 * Where a response sends us, when that is the same host: the scheme, port and path may be others.
 * @returns undefined for another host, and for a location nobody can read
 */
export function redirectedRequest(request: HttpRequest, location: string): HttpRequest | undefined {
  let url: URL;
  try {
    url = new URL(location, requestUrl(request));
  } catch {
    return undefined;
  }
  const { hostname, protocol } = url;
  if (hostname.replace(/^\[|\]$/g, '') !== request.host || !/^https?:$/.test(protocol)) return undefined;
  const scheme = protocol === 'https:' ? 'https' : 'http';
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port);
  // Only a relative location is still meant for the virtual host that was asked for. Source: Go net/http, Client.do.
  const host = /^([a-z][a-z0-9+.-]*:)?\/\//i.test(location) ? [url.host] : (request.headers['host'] ?? []);
  return { scheme, host: request.host, port, path: url.pathname + url.search, headers: { ...request.headers, host } };
}

/** The path as written, where a request line can hold it; what it cannot hold is escaped. */
function requestPath(path: string): string {
  const [target = ''] = path.split('#');
  const escaped = target.replace(/[^\x21-\x7e]+/gu, (text) => encodeURIComponent(text));
  return escaped.startsWith('/') ? escaped : `/${escaped}`;
}
