import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';

/**
 * A local port on 127.0.0.1 whose connections end in the pod. Closed, with all its connections, when `signal` aborts.
 * @returns the port number
 */
export async function listenAndForward(
  dial: (signal: AbortSignal) => Promise<Duplex>,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  const sockets = new Set<Socket>();
  // allowHalfOpen: a client that has sent everything still wants the answer.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    void dial(signal).then(
      (remote) => join(socket, remote),
      // As a port that nobody listens on, seen from the client: the connection breaks.
      () => socket.resetAndDestroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening', { signal });
  signal.addEventListener(
    'abort',
    () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    { once: true },
  );
  return (server.address() as AddressInfo).port;
}

/** Two pipelines, so that each direction ends on its own; an error in one destroys both ends. */
function join(socket: Socket, remote: Duplex): void {
  const destroyBoth = (error: Error | null | undefined): void => {
    if (!error) return;
    socket.destroy();
    remote.destroy();
  };
  pipeline(socket, remote, destroyBoth);
  pipeline(remote, socket, destroyBoth);
}
