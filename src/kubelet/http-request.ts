import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { HttpGetAction } from '../api/schema/pod.js';
import { errorMessage } from '../lib/errors.js';

export interface HttpAnswer {
  readonly status: number;
  /** Its first 10 KiB. */
  readonly body: string;
}

export interface HttpTarget {
  readonly scheme: 'http' | 'https';
  /** As it stands in the URL; the pod's address unless the action names another. */
  readonly host: string;
  readonly port: number;
  /** With its query. */
  readonly path: string;
  readonly headers: NonNullable<HttpGetAction['httpHeaders']>;
  /** `kube-probe/1.33`, `kube-lifecycle/1.33` */
  readonly userAgent: string;
  /** A connection to a port of that host, pod or not. */
  readonly dial: (port: number, signal: AbortSignal) => Promise<Duplex>;
}

/** Source: kubelet, probe output and HTTP bodies. */
const MAX_BODY_BYTES = 10 * 1024;
const MAX_REDIRECTS = 10;
/** What Go says, and the kubelet looks for, when there is no TLS at the other end. */
export const NOT_TLS = 'http: server gave HTTP response to HTTPS client';

/**
 * One GET as probes and hooks make it: no proxy, no kept connection, certificates are not verified, redirects are
 * followed on the same host only (else the redirect is the answer). The body is read to its end or limit.
 *
 * @throws Error in Go's words: `Get "http://10.1.2.3:80/": dial tcp 10.1.2.3:80: connect: connection refused`; the
 * signal's reason on abort
 * Source: kubelet pkg/probe/http
 */
export async function httpGet(target: HttpTarget, signal: AbortSignal): Promise<HttpAnswer> {
  let current = target;
  for (let redirects = 0; ; redirects += 1) {
    const url = urlOf(current);
    try {
      const { body, location, status } = await getOnce(current, signal);
      const next = location === undefined ? undefined : follow(current, url, location);
      if (next === undefined || status < 300 || status > 399) return { status, body };
      if (redirects === MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
      current = next;
    } catch (error) {
      signal.throwIfAborted();
      throw new Error(`Get "${url}": ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** A TCP connection from the agent itself, for a host that is not the pod's. */
export async function dialHost(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
  const socket = connectTcp({ host, port });
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    const { errno } = error as NodeJS.ErrnoException;
    const words = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
    throw new Error(`dial tcp ${joinHostPort(host, port)}: connect: ${words ?? errorMessage(error)}`, { cause: error });
  }
}

async function getOnce(
  { dial, headers, host, path, port, scheme, userAgent }: HttpTarget,
  signal: AbortSignal,
): Promise<HttpAnswer & { readonly location: string | undefined }> {
  const connection = await dial(port, signal);
  // A name is only told to the server, never checked.
  const socket =
    scheme === 'https'
      ? connectTls({ socket: connection, servername: serverName(host), rejectUnauthorized: false })
      : connection;
  try {
    const sent = request({
      createConnection: () => socket,
      method: 'GET',
      path: requestPath(path),
      headers: headerList(headers, joinHostPort(host, port), userAgent),
      signal,
    });
    sent.end();
    const [response] = (await once(sent, 'response', { signal })) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await readBody(response), location: response.headers.location };
  } finally {
    socket.destroy();
    connection.destroy();
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString();
}

/** Own headers replace the usual ones; an empty `Accept` removes it; `Host` names the host asked for. */
function headerList(own: HttpTarget['headers'], hostPort: string, userAgent: string): string[] {
  const usual = [
    ['Host', hostPort],
    ['User-Agent', userAgent],
    ['Accept', '*/*'],
    ['Connection', 'close'],
  ] as const;
  const isSet = (name: string): boolean => own.some((header) => header.name.toLowerCase() === name.toLowerCase());
  const kept = usual.filter(([name]) => !isSet(name)).flat();
  return [
    ...kept,
    ...own
      .filter(({ name, value }) => name.toLowerCase() !== 'accept' || value !== '')
      .flatMap(({ name, value }) => [name, value]),
  ];
}

/** Where a redirect leads, or undefined when that is another host or no place at all. */
function follow(from: HttpTarget, url: string, location: string): HttpTarget | undefined {
  const to = URL.canParse(location, url) ? new URL(location, url) : undefined;
  if (to === undefined || to.hostname !== new URL(url).hostname) return undefined;
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return undefined;
  const scheme = to.protocol === 'https:' ? 'https' : 'http';
  const port = to.port === '' ? { http: 80, https: 443 }[scheme] : Number(to.port);
  return { ...from, scheme, port, path: `${to.pathname}${to.search}` };
}

const urlOf = ({ host, path, port, scheme }: HttpTarget): string =>
  `${scheme}://${joinHostPort(host, port)}${requestPath(path)}`;

const joinHostPort = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Begins with a slash, has no fragment and nothing that may not stand in a request line. */
const requestPath = (path: string): string => {
  const [whole = ''] = path.split('#');
  const escaped = whole.replace(/[^\x21-\x7e]+/gu, encodeURIComponent);
  return escaped.startsWith('/') ? escaped : `/${escaped}`;
};

/** An address is no name, and TLS refuses to send it as one. */
const serverName = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host);

function reasonOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (/wrong version number|packet length too long|http request/i.test(errorMessage(error))) return NOT_TLS;
  if (code === 'ECONNRESET' && errorMessage(error) === 'socket hang up') return 'EOF';
  return errorMessage(error);
}
