import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { loadPki, type Pki } from '../../../../src/apiserver/auth/pki.js';
import type { ServerLimits } from '../../../../src/apiserver/http/limits.js';
import type { ApiRequest, Route } from '../../../../src/apiserver/http/types.js';
import { startApiServer, type ApiServer } from '../../../../src/apiserver/server.js';
import { systemClock } from '../../../../src/lib/clock.js';
import { silentLogger } from '../../../../src/lib/logger.js';

const listenHost = { host: '127.0.0.1' };

/** Keys of a new authority, made in a directory that is gone again. */
export async function makePki(): Promise<Pki> {
  const dir = await mkdtemp(join(tmpdir(), 'kubelette-pki-'));
  try {
    return await loadPki({ pki: dir }, listenHost, systemClock);
  } finally {
    await rm(dir, { recursive: true });
  }
}

export const startServer = (
  pki: Pki,
  routes: readonly Route[],
  limits: Partial<ServerLimits> = {},
): Promise<ApiServer> =>
  startApiServer({
    routes,
    listen: { ...listenHost, port: 0 },
    pki,
    clock: systemClock,
    logger: silentLogger,
    signal: new AbortController().signal,
    limits: { closeGraceMs: 200, ...limits },
  });

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** How to reach a server with the credentials of `pki`. */
export const withCertificate = (pki: Pki, port: number): RequestOptions & ConnectionOptions => ({
  ...withoutCredentials(pki, port),
  cert: pki.client.cert,
  key: pki.client.key,
});

export const withoutCredentials = (pki: Pki, port: number): RequestOptions & ConnectionOptions => ({
  host: '127.0.0.1',
  port,
  // Or the client would look for the Host header in the certificate.
  servername: 'localhost',
  ca: pki.ca.cert,
  // A connection per request: nothing is carried over between tests.
  agent: false as const,
});

/** One request with its whole answer. */
export function ask(options: RequestOptions, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A TLS connection to say anything on, and all that comes back. */
export function dial(
  options: ConnectionOptions,
): Promise<{ socket: TLSSocket; received: () => string; ended: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect(options, () => {
      const ended = new Promise<void>((done) => socket.once('close', () => done()));
      resolve({ socket, received: () => Buffer.concat(parts).toString(), ended });
    });
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('error', reject);
  });
}

/** A route that answers with what it was asked. */
export const echo = (method: Route['method'], pattern: string): Route => ({
  method,
  pattern,
  handle: async (request) => ({ kind: 'object', status: 200, object: await shown(request) }),
});

async function shown(request: ApiRequest): Promise<Record<string, unknown>> {
  const { path, params, user, query } = request;
  const body = (await request.body()).toString();
  return { path, params, user, query: Object.fromEntries(query), body };
}
