import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createWebSocketStream } from 'ws';
import type { Duplex } from 'node:stream';
import { KubeletteError } from '../../lib/errors.js';
import type { Session } from './session.js';
import { openWebSocket } from './websocket.js';

const CHANNEL = { data: 0, error: 1 } as const;
/** Each channel begins with the number of its port. */
const PREFIX_LENGTH = 2;
/**
 * The protocol cannot tell the pod that the client has sent all. When it has, the connection ends as soon as the pod has
 * sent nothing for so long; a client that only waits for the end of an answer gets it.
 */
const QUIET_END_MS = 10_000;

/**
 * Carries one TCP connection over one WebSocket to a port of a pod. Ends when either side has.
 * @throws ApiError when the server refuses; KubeletteError when the pod's port cannot be reached
 */
export async function forwardConnection(session: Session, path: string, port: number, socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  const over = new AbortController();
  const signal = AbortSignal.any([session.signal, over.signal]);
  socket.once('close', () => over.abort());
  try {
    const call = { path, query: { ports: port }, protocol: 'v4.channel.k8s.io' };
    const websocket = await openWebSocket(session.client, call, signal);
    const duplex = createWebSocketStream(websocket, { readableObjectMode: true });
    duplex.on('error', () => undefined);
    send(socket, duplex);
    await receive(session, socket, duplex, signal);
    socket.end();
    if (!socket.closed) await once(socket, 'close', { signal: session.signal });
  } catch (error) {
    // A client that left is no error.
    if (!over.signal.aborted) throw error;
  } finally {
    over.abort();
    socket.destroy();
  }
}

function send(socket: Socket, duplex: Duplex): void {
  socket.on('data', (chunk: Buffer) => {
    if (!duplex.writable || duplex.write(Buffer.concat([Buffer.of(CHANNEL.data), chunk]))) return;
    socket.pause();
    duplex.once('drain', () => socket.resume());
  });
}

async function receive({ terminal }: Session, socket: Socket, duplex: Duplex, signal: AbortSignal): Promise<void> {
  const begun = new Set<number>();
  let lastAt = terminal.clock.monotonic();
  socket.once('end', () => void endWhenQuiet().catch(() => undefined));
  for await (const message of duplex as AsyncIterable<Buffer>) {
    const channel = message[0] ?? CHANNEL.data;
    const payload = message.subarray(begun.has(channel) ? 1 : 1 + PREFIX_LENGTH);
    begun.add(channel);
    lastAt = terminal.clock.monotonic();
    if (payload.length === 0) continue;
    if (channel === CHANNEL.error) throw new KubeletteError('Unavailable', payload.toString());
    if (!socket.write(payload)) await once(socket, 'drain', { signal });
  }

  async function endWhenQuiet(): Promise<void> {
    lastAt = terminal.clock.monotonic();
    for (;;) {
      const left = lastAt + QUIET_END_MS - terminal.clock.monotonic();
      if (left <= 0) break;
      await terminal.clock.sleep(left, signal);
    }
    socket.destroy();
  }
}
