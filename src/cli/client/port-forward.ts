import { createServer, type Server, type Socket } from 'node:net';
import { errorMessage, KubeletteError } from '../../lib/errors.js';
import { escapeLines } from '../output/escape.js';
import { findPod, podPath } from './find-pod.js';
import { forwardConnection } from './forward-connection.js';
import { parsePortPair, type PortPair } from './port-pairs.js';
import type { ClientFlags, Session } from './session.js';

export interface PortForwardFlags extends ClientFlags {
  readonly address?: readonly string[];
}

/** `port-forward POD [LOCAL:]REMOTE...`: connections to local ports reach ports of the pod, until interrupted. */
export async function portForward(session: Session, args: readonly string[], flags: PortForwardFlags): Promise<void> {
  const [argument, ...ports] = args;
  if (argument === undefined || ports.length === 0)
    throw new KubeletteError('Invalid', 'TYPE/NAME and list of ports are required for port-forward');
  const pod = await findPod(session, argument, 'forward ports of');
  const pairs = ports.map((text) => parsePortPair(text, pod));
  const phase = pod.status?.phase ?? 'Pending';
  if (phase !== 'Running')
    throw new KubeletteError('Invalid', `unable to forward port because pod is not running. Current status=${phase}`);
  const path = `${podPath(session.namespace, pod.metadata.name)}/portforward`;
  const servers: Server[] = [];
  try {
    for (const pair of pairs) servers.push(...(await listen(session, path, pair, flags.address ?? ['localhost'])));
    await untilAborted(session.signal);
  } finally {
    for (const server of servers) server.close();
  }
}

/** At least one address of each name must be free. */
async function listen(
  session: Session,
  path: string,
  { local, remote }: PortPair,
  names: readonly string[],
): Promise<readonly Server[]> {
  const servers: Server[] = [];
  const addresses = names.flatMap((name) => (name === 'localhost' ? ['127.0.0.1', '::1'] : [name]));
  let port = local;
  const problems: string[] = [];
  for (const address of addresses) {
    try {
      const server = await listenOn(address, port, (socket) => serve(session, path, socket, port, remote));
      servers.push(server);
      const bound = server.address();
      // A free port was chosen; the other addresses take the same.
      if (typeof bound === 'object' && bound !== null) port = bound.port;
      const shown = address.includes(':') ? `[${address}]` : address;
      session.terminal.out.write(`Forwarding from ${shown}:${port} -> ${remote}\n`);
    } catch (error) {
      problems.push(errorMessage(error));
    }
  }
  if (servers.length > 0) return servers;
  throw new KubeletteError('Conflict', `unable to listen on port ${port}: ${problems.join('; ')}`);
}

const listenOn = (address: string, port: number, onSocket: (socket: Socket) => void): Promise<Server> =>
  new Promise((resolve, reject) => {
    // Half-open: what the pod still has to say reaches a client that has said all.
    const server = createServer({ allowHalfOpen: true }, onSocket);
    server.once('error', reject);
    server.listen(port, address, () => resolve(server));
  });

function serve(session: Session, path: string, socket: Socket, local: number, remote: number): void {
  const { signal, terminal } = session;
  terminal.out.write(`Handling connection for ${local}\n`);
  // Ends with its connection; what goes wrong is told and ends nothing else.
  void forwardConnection(session, path, remote, socket).catch((error: unknown) => {
    if (signal.aborted) return;
    terminal.err.write(
      `${escapeLines(`error: an error occurred forwarding ${local} -> ${remote}: ${errorMessage(error)}`)}\n`,
    );
  });
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
