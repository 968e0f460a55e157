import { canonicalHost, isServed, type ServedNames } from '../auth/served-names.js';
import { StatusError } from './status-error.js';

/** What the guard looks at. `lines` are the header lines as received, name and value in turn. */
export interface GuardedRequest {
  readonly headers: {
    readonly host?: string | undefined;
    readonly origin?: string | undefined;
    readonly 'sec-fetch-site'?: string | string[] | undefined;
  };
  readonly rawHeaders: readonly string[];
}

/**
 * Turns away what no client of ours sends, before anything else looks at the request: a `Host` that is not a name of
 * this server (a web page that rebound its own name to loopback), and pages of other sites.
 *
 * @throws StatusError 431 for too many header lines, 403 for the rest
 */
export function guard({ headers, rawHeaders }: GuardedRequest, names: ServedNames, maxHeaderLines: number): void {
  if (rawHeaders.length / 2 > maxHeaderLines)
    throw new StatusError(431, 'RequestHeaderFieldsTooLarge', `more than ${maxHeaderLines} header lines`);

  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  const host = hosts === 1 ? canonicalHost(headers.host ?? '') : undefined;
  if (host === undefined || !isServed(names, host)) throw forbidden('this server does not answer to that Host');

  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw forbidden('requests from other sites are refused');
  if (headers.origin !== undefined && !isOwnOrigin(headers.origin, headers.host ?? ''))
    throw forbidden('requests from other origins are refused');
}

/** The scheme is left out: nobody else can serve a page from our port, and some clients send `http` for TLS. */
const isOwnOrigin = (origin: string, host: string): boolean => origin.replace(/^(https?|wss?):\/\//, '') === host;

const forbidden = (message: string): StatusError => new StatusError(403, 'Forbidden', message);
