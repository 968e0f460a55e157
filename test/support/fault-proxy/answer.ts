import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Writable } from 'node:stream';
import type { EngineReply } from './upstream.js';

/** The way back to the client of one call. */
export interface Answer {
  /** Aborts when the client has gone before its answer was complete. */
  readonly gone: AbortSignal;
  /** Head and body, to the end. @param body what becomes of the reply's own */
  send(reply: EngineReply, body: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void>;
  /** As the engine words its errors. */
  error(status: number, message: string): void;
  /** Cuts the connection. */
  break(): void;
}

export function answerHttp(response: ServerResponse): Answer {
  const gone = new AbortController();
  response.on('close', () => response.writableFinished || gone.abort()).on('error', () => undefined);
  return {
    gone: gone.signal,
    send: async (reply, body, signal) => {
      response.writeHead(reply.status, reply.message, [...reply.rawHeaders]);
      // Those who follow a quiet log want to know that they do.
      response.flushHeaders();
      await writeAll(response, body, signal);
      response.end();
    },
    error: (status, message) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ message }));
    },
    break: () => void response.socket?.destroy(),
  };
}

/** For a client that wants to switch protocols. Where the engine does not, it answers as usual and closes. */
export function answerUpgrade(socket: Duplex): Answer {
  const gone = new AbortController();
  let complete = false;
  socket.on('close', () => complete || gone.abort()).on('error', () => undefined);
  const writeHead = (status: number, message: string, headers: readonly string[]): void => {
    const lines = [`HTTP/1.1 ${String(status)} ${message}`];
    for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i] ?? ''}: ${headers[i + 1] ?? ''}`);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  };
  return {
    gone: gone.signal,
    send: async (reply, body, signal) => {
      const { hijacked } = reply;
      writeHead(reply.status, reply.message, hijacked ? reply.rawHeaders : closing(reply.rawHeaders));
      // Half-closes the engine's side when the client half-closes its own.
      if (hijacked !== undefined) socket.pipe(hijacked);
      await writeAll(socket, body, signal);
      complete = true;
      socket.end();
      hijacked?.destroy();
    },
    error: (status, message) => {
      const body = JSON.stringify({ message });
      const length = String(Buffer.byteLength(body));
      writeHead(status, 'Error', ['Content-Type', 'application/json', 'Content-Length', length, 'Connection', 'close']);
      complete = true;
      socket.end(body);
    },
    break: () => void socket.destroy(),
  };
}

/** The end of the connection is the end of the body. */
const closing = (rawHeaders: readonly string[]): readonly string[] => {
  const kept: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!/^(connection|transfer-encoding)$/i.test(name)) kept.push(name, rawHeaders[i + 1] ?? '');
  }
  return [...kept, 'Connection', 'close'];
};

/** The body of a request for an upgrade, which the HTTP parser leaves in the connection. */
export async function readUpgradeBody(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<Buffer> {
  const length = Number(incoming.headers['content-length'] ?? 0);
  if (head.length > 0) socket.unshift(head);
  if (length === 0) return Buffer.alloc(0);
  for (;;) {
    const body = socket.read(length) as Buffer | null;
    if (body !== null) return body;
    await once(socket, 'readable');
  }
}

async function writeAll(target: Writable, body: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
  for await (const chunk of body) {
    if (!target.write(chunk)) await once(target, 'drain', { signal });
  }
}
