import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { admit } from './admission.js';
import { toStatusError } from './error-status.js';
import { rawStatus } from './raw-status.js';
import type { ServerParts } from './requests.js';
import { badRequest } from './status-error.js';

/** Hands `Connection: Upgrade` requests to their routes once they passed the same checks as any other request. */
export function createUpgradeListener(parts: ServerParts) {
  return (raw: IncomingMessage, socket: Duplex, head: Buffer): void => void serve(parts, raw, socket, head);
}

/** Never rejects. */
async function serve(parts: ServerParts, raw: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const { sessions, logger } = parts;
  const { controller, end } = sessions.begin();
  sessions.keepSocket(socket);
  // Without a listener a reset connection would end the process.
  socket.on('error', () => controller.abort(new DOMException('the client is gone', 'AbortError')));
  socket.once('close', end);
  const writtenBefore = written(socket);
  try {
    const { match, request } = admit(parts, raw, controller.signal);
    if (match.route.upgrade === undefined) throw badRequest('this path cannot be upgraded');
    const closeStream = sessions.openStream();
    socket.once('close', closeStream);
    if (socket.destroyed) closeStream();
    await match.route.upgrade(request, socket, head);
  } catch (error) {
    if (socket.destroyed) return;
    const status = toStatusError(error);
    if (status.code === 500) logger.error({ err: error, method: raw.method }, 'upgrade failed');
    // Once something else was said, an HTTP answer would be taken for part of it.
    if (written(socket) === writtenBefore) refuse(parts, socket, rawStatus(status));
    else socket.destroy();
  }
}

/** Says so, and does not wait for ever for the client to hang up. */
function refuse({ clock, limits }: ServerParts, socket: Duplex, answer: string): void {
  const closed = new AbortController();
  socket.once('close', () => closed.abort());
  socket.resume().end(answer);
  clock.sleep(limits.closeGraceMs, closed.signal).then(
    () => socket.destroy(),
    () => undefined,
  );
}

const written = (socket: Duplex): number => ('bytesWritten' in socket ? Number(socket.bytesWritten) : 0);
