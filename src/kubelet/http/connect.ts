import { lookup } from 'node:dns/promises';
import { createConnection, isIP, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorMessage, KubeletteError } from '../../lib/errors.js';
import { systemErrorText } from '../../lib/system-errors.js';
import type { RuntimeStreams } from '../../runtime/streams.js';

/** A connection for one attempt. */
export interface Connection {
  readonly stream: Duplex;
  /** Ends it so that nothing of it is left here, not even for the minute a connection closed in good order is kept. */
  readonly close: () => void;
}

/** Opens connections the way this node's probes take. @throws DialError when the other side is to blame */
export type Connect = (host: string, port: number, signal: AbortSignal) => Promise<Connection>;

/** Nobody listens, or the way there is closed: the answer of a container, in the words of Go. */
export class DialError extends Error {
  override readonly name = 'DialError';
}

/** `host:port`, with brackets around what has colons itself. */
export const joinHostPort = (host: string, port: number): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** From the agent's own network: no engine takes part, so it works while that hangs. */
export const connectDirectly: Connect = async (host, port, signal) => {
  signal.throwIfAborted();
  const socket = createConnection({ host, port, noDelay: true });
  const close = (): void => void socket.resetAndDestroy();
  try {
    await connected(socket, signal);
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw new DialError(dialErrorText(host, port, error), { cause: error });
  }
  // Errors after this are seen by whoever reads; between two readers one must not end the process.
  socket.on('error', () => undefined);
  // What HTTP calls when it has its answer. In good order we would be the ones to wait in TIME_WAIT.
  socket.destroySoon = close;
  return { stream: socket, close };
};

/**
 * From inside the pod, for engines whose pods cannot be reached from here.
 *
 * @param address the pod's own
 */
export const connectInside =
  (streams: RuntimeStreams, sandboxId: string, address: string): Connect =>
  async (host, port, signal) => {
    const target = host === address ? 'pod' : { address: await resolve(host, signal) };
    try {
      const stream = await streams.dial(sandboxId, { host: target, port, oneShot: true }, signal);
      stream.on('error', () => undefined);
      return { stream, close: () => void stream.destroy() };
    } catch (error) {
      if (error instanceof KubeletteError && typeof error.details['errno'] === 'number') {
        throw new DialError(error.message, { cause: error });
      }
      throw error;
    }
  };

async function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  let onAbort: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('connect', resolve).once('error', reject);
    });
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

async function resolve(host: string, signal: AbortSignal): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    const { address } = await lookup(host, { family: 4 });
    return address;
  } catch (error) {
    signal.throwIfAborted();
    throw new DialError(`dial tcp: lookup ${host}: no such host`, { cause: error });
  }
}

function dialErrorText(host: string, port: number, error: unknown): string {
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${host}: no such host`;
  const reason = errno === undefined ? errorMessage(error) : systemErrorText(errno);
  return `dial tcp ${joinHostPort(host, port)}: connect: ${reason}`;
}
