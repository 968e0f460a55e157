import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** The engine's answer to one call. */
export interface EngineReply {
  readonly status: number;
  readonly message: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** The body, or what comes out of the hijacked connection. */
  readonly body: Readable;
  /** After a switch of protocols: the connection, to be written to and half-closed. */
  readonly hijacked?: Socket;
}

export interface EngineCall {
  readonly method: string;
  /** As the client sent it. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable | Buffer;
}

/** Passes a call on, over a connection of its own. Resolves with the head of the reply. `signal` ends it all. */
export async function callEngine(socketPath: string, call: EngineCall, signal: AbortSignal): Promise<EngineReply> {
  const { method, url, headers, body } = call;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      method,
      path: url,
      headers,
      signal,
      // Half-open: who sends input to its end still reads the output.
      createConnection: () => connect({ path: socketPath, allowHalfOpen: true }),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      // Kept alive by the engine, it would outlive us.
      const { socket } = response;
      response.on('close', () => socket.destroy());
      resolve({ ...head(response), body: response });
    });
    outgoing.on('upgrade', (response: IncomingMessage, socket: Socket, first: Buffer) => {
      if (first.length > 0) socket.unshift(first);
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
      resolve({ ...head(response), body: socket, hijacked: socket });
    });
    if (Buffer.isBuffer(body)) outgoing.end(body);
    else body.on('error', () => outgoing.destroy()).pipe(outgoing);
  });
}

const head = ({
  rawHeaders,
  statusCode = 0,
  statusMessage = '',
}: IncomingMessage): Pick<EngineReply, 'status' | 'message' | 'rawHeaders'> => ({
  status: statusCode,
  message: statusMessage,
  rawHeaders,
});
