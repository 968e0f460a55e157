import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../lib/clock.js';
import { errorMessage, KubeletteError } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { createAuthenticator } from './auth/authenticate.js';
import { machineNames } from './auth/machine-names.js';
import { ADMIN, type Pki } from './auth/pki.js';
import { isLoopback, servedNames } from './auth/served-names.js';
import { SERVER_LIMITS, type ServerLimits } from './http/limits.js';
import { rawStatus } from './http/raw-status.js';
import { createRequestListener } from './http/requests.js';
import { createRouter } from './http/router.js';
import { Sessions } from './http/sessions.js';
import { StatusError } from './http/status-error.js';
import type { Route } from './http/types.js';
import { createUpgradeListener } from './http/upgrades.js';

export interface ApiServerOptions {
  readonly routes: readonly Route[];
  /** `port` 0: any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly pki: Pki;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Stops the server, as `close` does. */
  readonly signal: AbortSignal;
  /** Instead of the usual limits, for tests. */
  readonly limits?: Partial<ServerLimits>;
}

export interface ApiServer {
  /** The one it listens on. */
  readonly port: number;
  /** Ends watches and sessions, and resolves when no connection is left. Idempotent. */
  close(): Promise<void>;
}

/**
 * The HTTPS listener in front of all routes. HTTP/1.1 only: upgrades need it, and no client needs more.
 *
 * @throws Unavailable when the address cannot be listened on
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { listen, pki, clock, logger, signal } = options;
  const limits = { ...SERVER_LIMITS, ...options.limits };
  const sessions = new Sessions(limits.streams);
  const parts = {
    names: servedNames(listen.host, machineNames()),
    authenticate: createAuthenticator({ caCert: pki.ca.cert, token: pki.token, tokenUser: ADMIN }),
    router: createRouter(options.routes),
    limits,
    sessions,
    clock,
    logger,
  };
  const server = createServer(serverOptions(pki, limits), createRequestListener(parts));
  configure(server, limits);
  server.on('upgrade', createUpgradeListener(parts));
  server.on('clientError', refuseBrokenRequest);
  await listening(server, listen);
  // An address of the machine was bound above, so it is one with a port.
  const { port } = server.address() as AddressInfo;
  if (!isLoopback(listen.host))
    logger.warn(
      { host: listen.host, port },
      'the API can be reached from other machines: its credentials give root here',
    );
  server.on('error', (error) => logger.error({ err: error }, 'api server'));

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= closeServer(server, sessions, clock, limits.closeGraceMs));
  const onAbort = (): void => void close();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) await close();
  return {
    port,
    close: () => {
      signal.removeEventListener('abort', onAbort);
      return close();
    },
  };
}

const serverOptions = (pki: Pki, limits: ServerLimits) => ({
  key: pki.server.key,
  cert: pki.server.cert,
  ca: pki.ca.cert,
  // Asked for, not demanded: a token will do, and health is for everybody.
  requestCert: true,
  rejectUnauthorized: false,
  minVersion: 'TLSv1.2' as const,
  handshakeTimeout: limits.headerTimeoutMs,
  maxHeaderSize: limits.headerBytes,
  insecureHTTPParser: false,
  // The guard says so itself, in a Status.
  requireHostHeader: false,
  headersTimeout: limits.headerTimeoutMs,
  // A bound on bodies nobody reads; those that are read have a deadline of their own.
  requestTimeout: 5 * limits.bodyTimeoutMs,
  connectionsCheckingInterval: Math.min(2_000, limits.headerTimeoutMs),
  keepAliveTimeout: limits.keepAliveMs,
  noDelay: true,
  // Finds out about peers that vanished without a word while nothing is said on a watch.
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
});

function configure(server: Server, limits: ServerLimits): void {
  server.timeout = 0;
  server.maxConnections = limits.connections;
  // More than the guard allows, or the excess would be dropped without a word.
  server.maxHeadersCount = limits.headerLines + 1;
}

function refuseBrokenRequest(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const statuses: Readonly<Record<string, StatusError>> = {
    HPE_HEADER_OVERFLOW: new StatusError(431, 'RequestHeaderFieldsTooLarge', 'the request headers are too large'),
    ERR_HTTP_REQUEST_TIMEOUT: new StatusError(408, 'Timeout', 'the request did not arrive in time'),
  };
  const status = statuses[error.code ?? ''] ?? new StatusError(400, 'BadRequest', 'this is not an HTTP/1.1 request');
  socket.end(rawStatus(status), () => socket.destroy());
}

function listening(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const next = error.code === 'EADDRINUSE' ? ' (choose another with --listen, or port 0 for any free one)' : '';
      const message = `listen on ${host}:${port}: ${errorMessage(error)}${next}`;
      reject(new KubeletteError('Unavailable', message, { cause: error }));
    };
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

async function closeServer(server: Server, sessions: Sessions, clock: Clock, graceMs: number): Promise<void> {
  const over = new AbortController();
  const ended = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  sessions.stop();
  server.closeIdleConnections();
  const patience = clock.sleep(graceMs, over.signal).then(
    () => undefined,
    () => undefined,
  );
  // Upgraded sockets count as open connections until they are closed by their handlers.
  await Promise.race([ended, patience]);
  over.abort();
  server.closeAllConnections();
  sessions.destroySockets();
  await ended;
}
