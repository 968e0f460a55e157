import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as startTls } from 'node:tls';
import type { Connect } from './connect.js';
import type { HttpRequest } from './request.js';

export interface HttpAnswer {
  readonly statusCode: number;
  readonly location: string | undefined;
  /** Of the body, at most 10 KiB. @throws what broke it off */
  readonly body: () => Promise<string>;
}

/** Of a response's body, so much is read. Source: kubelet maxRespBodyLength */
const BODY_LIMIT_BYTES = 10 * 1024;
/** As much as Go takes. */
const HEADERS_LIMIT_BYTES = 1024 * 1024;

/**
 * One request on a connection of its own, and what comes back. `use` gets the answer once the headers are there; after
 * it the connection is gone. Neither certificates nor proxy variables are looked at.
 *
 * @throws DialError; what went wrong on the connection; the reason of `signal`
 */
export async function exchange<T>(
  connect: Connect,
  request: HttpRequest,
  signal: AbortSignal,
  use: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  const { close, stream } = await connect(request.host, request.port, signal);
  try {
    const secured = request.scheme === 'https' ? secure(stream, request.host) : stream;
    const response = await send(secured, request, signal);
    return await use({
      statusCode: response.statusCode ?? 0,
      location: response.headers.location,
      body: async () => readBody(response, signal),
    });
  } finally {
    close();
  }
}

function secure(stream: Duplex, host: string): Duplex {
  const socket = startTls({
    socket: stream,
    rejectUnauthorized: false,
    // Whatever key the server has will do.
    ciphers: 'DEFAULT:@SECLEVEL=0',
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  // The end of the connection below is the end of this one; nothing is said in parting.
  socket.destroySoon = () => void socket.destroy();
  return socket;
}

async function send(stream: Duplex, { headers, path }: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpRequest({
        path,
        headers: { ...headers, connection: 'close' } as Record<string, string[] | string>,
        setHost: false,
        maxHeaderSize: HEADERS_LIMIT_BYTES,
        createConnection: () => stream,
      });
      onAbort = () => {
        reject(signal.reason as Error);
        outgoing.destroy();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      // A server that wants to speak another protocol has answered too.
      outgoing.once('response', resolve).once('upgrade', resolve).on('error', reject).end();
    });
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

async function readBody(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const onAbort = (): void => void response.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= BODY_LIMIT_BYTES) break;
    }
    return Buffer.concat(chunks).subarray(0, BODY_LIMIT_BYTES).toString('utf8');
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
