import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { badRequest } from '../http/status-error.js';

/** One message; Python's client sends all of its stdin as one. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** The sub-protocols a client offers, in its order. */
export const offeredProtocols = (headers: IncomingMessage['headers']): readonly string[] =>
  tokens(headers['sec-websocket-protocol']);

/** The items of a header that may come in several lines, which Node joins with commas. */
export const tokens = (header: string | readonly string[] | undefined): readonly string[] =>
  (typeof header === 'string' ? header : (header ?? []).join(','))
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');

/** Asks for a WebSocket, not for SPDY or anything else. */
export const isWebSocketUpgrade = ({ upgrade }: IncomingMessage['headers']): boolean =>
  upgrade?.toLowerCase() === 'websocket';

/**
 * Answers the handshake. Without compression: it costs memory by the connection and has no use on loopback.
 *
 * @param protocol what to agree on; absent when the client offered nothing
 * @throws StatusError 400 when the request is not a WebSocket handshake; nothing was written then
 */
export function acceptWebSocket(
  raw: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string | undefined,
): WebSocket {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  // `ws` takes `SPDY/3.1+portforward.k8s.io` for a broken header because of the slash, so it does not get to see any.
  delete raw.headers['sec-websocket-protocol'];
  if (protocol !== undefined) server.on('headers', (lines) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`));
  let refused: Error | undefined;
  server.on('wsClientError', (error) => {
    refused = error;
  });
  let accepted: WebSocket | undefined;
  // Synchronous: either it called back when it returns, or it never will.
  server.handleUpgrade(raw, socket, head, (websocket) => {
    accepted = websocket;
  });
  if (accepted === undefined) throw badRequest(refused?.message ?? 'the connection is closed');
  return accepted;
}
