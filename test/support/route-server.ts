import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { toStatusError } from '../../src/apiserver/http/error-status.js';
import { rawStatus } from '../../src/apiserver/http/raw-status.js';
import { createRouter } from '../../src/apiserver/http/router.js';
import { parseTarget } from '../../src/apiserver/http/target.js';
import type { ApiRequest, Route } from '../../src/apiserver/http/types.js';
import { writeResponse } from '../../src/apiserver/http/write-response.js';

export interface RouteServer {
  readonly port: number;
  /** Upgraded connections that are still being served. */
  readonly serving: () => number;
  close(): Promise<void>;
}

/** Routes behind plain HTTP, without the guard, credentials and limits of the real server. */
export async function startRouteServer(routes: readonly Route[]): Promise<RouteServer> {
  const router = createRouter(routes);
  const sockets = new Set<Duplex>();
  const stopped = new AbortController();
  let serving = 0;
  const admit = (raw: IncomingMessage, signal: AbortSignal) => {
    const { rawPath, path, query } = parseTarget(raw.url ?? '');
    const { route, params } = router(raw.method ?? '', rawPath);
    const user = { name: 'test', groups: [] };
    const request: Omit<ApiRequest, 'body'> = {
      method: raw.method ?? '',
      path,
      query,
      params,
      headers: raw.headers,
      user,
      signal,
      raw,
    };
    return { route, request };
  };
  const server = createServer((raw, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the client is gone')));
    void (async () => {
      try {
        const { route, request } = admit(raw, gone.signal);
        const body = async (): Promise<Buffer> => Buffer.alloc(0);
        await writeResponse(response, await route.handle({ ...request, body }, response), gone.signal);
      } catch (error) {
        const status = toStatusError(error);
        if (response.headersSent) response.destroy();
        else response.writeHead(status.code).end(JSON.stringify(status.toStatus()));
      }
    })();
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('upgrade', (raw, socket, head) => {
    const gone = new AbortController();
    socket.on('error', () => undefined).once('close', () => gone.abort(new Error('the client is gone')));
    serving += 1;
    void (async () => {
      try {
        const { route, request } = admit(raw, AbortSignal.any([gone.signal, stopped.signal]));
        await route.upgrade?.(request, socket, head);
      } catch (error) {
        socket.end(rawStatus(toStatusError(error)));
      } finally {
        serving -= 1;
      }
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // Listening on TCP.
    port: (server.address() as AddressInfo).port,
    serving: () => serving,
    close: async () => {
      stopped.abort(new Error('the server is stopping'));
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
