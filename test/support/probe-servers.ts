import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { generate } from 'selfsigned';

/** A server on every address of this machine, for probes that really connect. */
export interface ProbeServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function httpServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<ProbeServer> {
  return listening(createHttpServer(answer));
}

/** With a certificate nobody could verify. */
export async function httpsServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<ProbeServer> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'nobody' }]);
  return listening(createHttpsServer({ cert, key }, answer));
}

export async function tcpServer(answer: (socket: Socket) => void): Promise<ProbeServer> {
  return listening(createServer(answer));
}

/** What the health service of a gRPC server says to a request for a service. */
export interface HealthAnswer {
  /** Number of the enum; absent: no message at all. */
  readonly status?: number;
  readonly grpcStatus?: number;
  readonly grpcMessage?: string;
  /** Of HTTP; anything but 200 comes from a server that knows no gRPC. */
  readonly httpStatus?: number;
  readonly silent?: boolean;
}

/** A gRPC server in plain text that has a health service and nothing else. */
export async function healthServer(answer: (service: string, path: string) => HealthAnswer): Promise<ProbeServer> {
  const server = createHttp2Server();
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const message = Buffer.concat(chunks).subarray(5);
      const service = message.length === 0 ? '' : message.subarray(2).toString();
      const {
        grpcMessage = '',
        grpcStatus = 0,
        httpStatus = 200,
        silent = false,
        status,
      } = answer(service, String(headers[':path']));
      if (silent) return;
      if (httpStatus !== 200) {
        stream.respond({ ':status': httpStatus }, { endStream: true });
        return;
      }
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': String(grpcStatus), 'grpc-message': encodeURIComponent(grpcMessage) });
      });
      stream.end(status === undefined ? undefined : Buffer.from([0, 0, 0, 0, 2, 8, status]));
    });
  });
  return listening(server);
}

async function listening(server: Server | ReturnType<typeof createHttp2Server>): Promise<ProbeServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
