import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineClients } from '../../src/docker/connect.js';
import { Engine } from '../../src/docker/engine.js';
import type { Clock } from '../../src/lib/clock.js';

export interface EngineStub {
  readonly engine: Engine;
  readonly socketPath: string;
  /** `METHOD path?query` of every request, in order, with its body. */
  readonly requests: { readonly line: string; readonly body: string; readonly headers: IncomingMessage['headers'] }[];
  /** No more connections; who has one is served as before. */
  refuse(): void;
  close(): Promise<void>;
}

/**
 * A socket that answers as told: for replies no healthy engine gives.
 * @param onStream a connection that was switched to raw bytes
 */
export async function openEngineStub(
  clock: Clock,
  answer: (request: string, response: ServerResponse) => void,
  onStream: (stream: Duplex) => void = () => undefined,
): Promise<EngineStub> {
  const directory = await mkdtemp(join(tmpdir(), 'kubelette-stub-'));
  const socketPath = join(directory, 'docker.sock');
  const requests: EngineStub['requests'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const line = `${request.method ?? ''} ${request.url ?? ''}`;
      requests.push({ line, body: Buffer.concat(chunks).toString(), headers: request.headers });
      answer(line, response);
    });
  });
  server.on('upgrade', (_request, stream: Duplex) => {
    stream.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    onStream(stream);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const facts = { version: '20.10.24', apiVersion: '1.41', architecture: 'amd64', endpoint: 'stub' };
  return {
    engine: new Engine(engineClients({ socketPath, version: 'v1.41' }), facts, clock),
    socketPath,
    requests,
    // Not `close` of an HTTP server, which ends idle connections with it.
    refuse: () => void NetServer.prototype.close.call(server),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}

/** Ends a response with a JSON body. */
export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
