import { once } from 'node:events';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { KubeletteError } from '../lib/errors.js';
import { systemErrorText } from '../lib/system-errors.js';
import type { DialTarget, ExecSession } from '../runtime/streams.js';
import { withDeadline } from './deadline.js';
import type { Engine } from './engine.js';
import { exec } from './exec.js';
import { inspectContainer } from './inspect.js';

/** A little more than the sandbox's program takes itself. */
const CONNECT_DEADLINE_MS = 12_000;
/** Once this side is closed, a one-shot connection stays open only as long as the server keeps talking. */
const ONE_SHOT_SILENCE_SECONDS = 1;

/**
 * A TCP connection to a pod: straight to its address when the pods' network is reachable from here, else through the
 * sandbox, whose program connects from the inside. The pod's loopback is only reachable from there.
 *
 * @throws `Unavailable` with the reason when it is refused
 */
export async function dial(
  engine: Engine,
  sandboxId: string,
  target: DialTarget,
  direct: boolean,
  signal: AbortSignal,
): Promise<Duplex> {
  const sandbox = await inspectContainer(engine, sandboxId, signal);
  if (sandbox?.State.Running !== true) throw new KubeletteError('Unavailable', 'the pod has no running sandbox');
  const address = Object.values(sandbox.NetworkSettings.Networks).find(({ IPAddress }) => IPAddress !== '')?.IPAddress;
  // On the host network the pod has no address of its own.
  const own = target.host === 'loopback' || address === undefined ? '127.0.0.1' : address;
  const host = typeof target.host === 'string' ? own : target.host.address;
  if (direct && host === address) return dialDirectly(engine, host, target.port, signal);
  return dialInside(engine, sandboxId, { host, port: target.port, oneShot: target.oneShot ?? false }, signal);
}

async function dialDirectly(engine: Engine, host: string, port: number, signal: AbortSignal): Promise<Duplex> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  // Whoever gets the connection hears himself of what befalls it; until then nobody does, and that must not end the process.
  socket.on('error', () => undefined);
  const onAbort = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', onAbort));
  try {
    await withDeadline(`${host}:${port}`, CONNECT_DEADLINE_MS, engine.clock, signal, async (bounded) =>
      once(socket, 'connect', { signal: bounded }),
    );
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    throw refused(host, port, errno, error);
  }
  return socket;
}

async function dialInside(
  engine: Engine,
  sandboxId: string,
  { host, oneShot, port }: { readonly host: string; readonly port: number; readonly oneShot: boolean },
  signal: AbortSignal,
): Promise<Duplex> {
  // An exec is not ended easily; cutting its connection ends its input, which is what the program waits for.
  const closed = new AbortController();
  const onAbort = (): void => closed.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const close = (): void => {
    signal.removeEventListener('abort', onAbort);
    closed.abort();
  };
  try {
    const silence = oneShot ? [String(ONE_SHOT_SILENCE_SECONDS)] : [];
    const command = ['/pause', 'dial', host, String(port), ...silence];
    const session = await exec(engine, sandboxId, { command, tty: false, stdin: true }, closed.signal);
    if (!(await isConnected(session, closed.signal))) {
      throw refused(host, port, -(await session.exitCode));
    }
    const { stdin, stdout } = session;
    if (stdin === undefined) throw new KubeletteError('Internal', 'exec without stdin');
    return Duplex.from({ writable: stdin, readable: stdout }).once('close', close);
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw error;
  }
}

/** The program says `connected` on stderr, or ends with the reason why not. */
async function isConnected({ stderr, exitCode }: ExecSession, signal: AbortSignal): Promise<boolean> {
  if (stderr === undefined) throw new KubeletteError('Internal', 'exec without stderr');
  const waited = new AbortController();
  try {
    return await Promise.race([
      once(stderr, 'data', { signal: AbortSignal.any([signal, waited.signal]) }).then(() => true),
      exitCode.then((code) => code === 0),
    ]);
  } finally {
    waited.abort();
    // Nothing more is expected there, but unread it would stop the connection.
    stderr.resume();
  }
}

/** As the kubelet words it: `connect: connection refused`. */
const refused = (host: string, port: number, errno: number, cause?: unknown): KubeletteError =>
  new KubeletteError('Unavailable', `dial tcp ${host}:${port}: connect: ${systemErrorText(errno)}`, {
    cause,
    details: { errno },
  });
