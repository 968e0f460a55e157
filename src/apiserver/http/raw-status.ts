import { STATUS_CODES } from 'node:http';
import type { StatusError } from './status-error.js';

/** A whole HTTP/1.1 answer as text, for sockets that have no response object: broken requests and refused upgrades. */
export function rawStatus(error: StatusError): string {
  const body = JSON.stringify(error.toStatus());
  const lines = [
    `HTTP/1.1 ${error.code} ${STATUS_CODES[error.code] ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-cache, private',
    'Connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
