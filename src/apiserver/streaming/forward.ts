import type { Duplex } from 'node:stream';
import { copyIn, copyOut, type Send } from './copy.js';
import type { Inflow } from './inflow.js';

/**
 * Makes one TCP connection into the pod. Rejects with what to tell the client; with `NotFound` when the pod of the session
 * is no more, and the session is over.
 */
export type DialPort = (port: number, signal: AbortSignal) => Promise<Duplex>;

/** The client's end of one forwarded connection. */
export interface ForwardedConnection {
  readonly input: Inflow;
  readonly send: Send;
  /** The pod has sent everything; the client may go on sending. */
  readonly endOutput: () => Promise<void>;
}

/**
 * Copies both ways; each direction ends on its own. Resolves when both have, rejects when one broke.
 *
 * @param signal aborts when the client is gone; the connection into the pod is cut then
 */
export async function joinConnection(
  { input, send, endOutput }: ForwardedConnection,
  remote: Duplex,
  signal: AbortSignal,
): Promise<void> {
  const cut = (): void => void remote.destroy();
  // Errors are seen by whoever reads or writes.
  remote.on('error', () => undefined);
  signal.addEventListener('abort', cut, { once: true });
  try {
    signal.throwIfAborted();
    const inwards = copyIn(input, remote);
    // A client that gave up takes the whole connection with it; a pod that takes no more still gets to say why.
    inwards.catch(() => {
      if (input.errored) remote.destroy();
      else input.destroy();
    });
    await copyOut(remote, send);
    await endOutput();
    await inwards;
  } finally {
    signal.removeEventListener('abort', cut);
    input.destroy();
    remote.destroy();
  }
}

/** A TCP port as clients write it, or undefined. */
export function parsePort(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : undefined;
}
