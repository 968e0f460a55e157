import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest, StatusError } from '../http/status-error.js';
import { tokens } from './websocket.js';

/** Asks for SPDY. */
export const isSpdyUpgrade = ({ upgrade }: IncomingMessage['headers']): boolean =>
  upgrade?.toLowerCase() === 'spdy/3.1';

/**
 * What both sides speak on top of SPDY: the first the client offers that is known here.
 *
 * @param fallback for clients that offer nothing; they are older than the negotiation
 * @throws StatusError 403 when there is nothing in common
 */
export function negotiateStreamProtocol(
  headers: IncomingMessage['headers'],
  known: readonly string[],
  fallback: string,
): string {
  const offered = tokens(headers['x-stream-protocol-version']);
  if (offered.length === 0) return fallback;
  const chosen = offered.find((protocol) => known.includes(protocol));
  if (chosen !== undefined) return chosen;
  throw new StatusError(
    403,
    'Forbidden',
    `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${known.join(' ')}]`,
  );
}

/** Answers the upgrade; from then on the socket carries SPDY frames, those in `head` first. */
export function acceptSpdy(socket: Duplex, head: Buffer, protocol: string): void {
  if (!socket.writable) throw badRequest('the connection is closed');
  const lines = ['Connection: Upgrade', 'Upgrade: SPDY/3.1', `X-Stream-Protocol-Version: ${protocol}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
}
