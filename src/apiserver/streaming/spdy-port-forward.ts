import type { Duplex } from 'node:stream';
import { LinkedAbort } from '../../lib/abort.js';
import type { Clock } from '../../lib/clock.js';
import { errorMessage, hasCode } from '../../lib/errors.js';
import { joinConnection, parsePort, type DialPort } from './forward.js';
import { SpdySession } from './spdy-session.js';
import type { SpdyStream } from './spdy-stream.js';

/** `X-Stream-Protocol-Version` of port forwarding. */
export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';
/** The sub-protocol of a WebSocket whose binary messages are nothing but the bytes of a SPDY connection. */
export const PORT_FORWARD_TUNNEL = 'SPDY/3.1+portforward.k8s.io';

/** A connection is two streams; how long the first waits for the second. Source: kubelet streamCreationTimeout. */
const PAIR_TIMEOUT_MS = 30_000;

interface Half {
  readonly stream: SpdyStream;
  readonly paired: LinkedAbort;
}

interface Pair {
  readonly data: SpdyStream;
  readonly error: SpdyStream;
}

/**
 * Forwards connections over one SPDY session, any number at a time and to any port. What goes wrong with one is said on
 * its error stream and does not touch the others.
 *
 * @throws SpdyError when the client breaks the protocol
 */
export async function serveSpdyPortForward(
  transport: Duplex,
  dial: DialPort,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const halves = new Map<string, Half>();
  const session = new SpdySession({
    transport,
    clock,
    onStream: (stream) => {
      // What is wrong with this stream, or lost with the client, ends with this stream.
      void accept(stream).catch(() => stream.reset().catch(() => undefined));
    },
  });

  const either = AbortSignal.any([signal, session.gone]);

  const accept = async (stream: SpdyStream): Promise<void> => {
    const id = requestId(stream);
    const half = halves.get(id);
    if (half !== undefined && typeOf(half.stream) !== typeOf(stream)) {
      halves.delete(id);
      half.paired.abort();
      const connection = new LinkedAbort(either);
      const over = await forward(toPair(half.stream, stream), dial, connection.signal);
      connection.release();
      if (over) await session.close();
      return;
    }
    if (half !== undefined || !['data', 'error'].includes(typeOf(stream))) return stream.reset();
    const paired = new LinkedAbort(session.gone);
    halves.set(id, { stream, paired });
    await clock.sleep(PAIR_TIMEOUT_MS, paired.signal).catch(() => undefined);
    if (paired.signal.aborted) return;
    paired.release();
    halves.delete(id);
    await stream.reset();
  };

  await session.run(signal);
}

/** One connection from start to end. @returns whether the whole session is over with it */
async function forward({ data, error }: Pair, dial: DialPort, signal: AbortSignal): Promise<boolean> {
  // The client has nothing to say there.
  error.input.destroy();
  let remote: Duplex;
  try {
    remote = await dialPort(data, dial, signal);
  } catch (problem) {
    if (signal.aborted) return true;
    data.input.destroy();
    await error.write(Buffer.from(errorMessage(problem)));
    await error.end();
    await data.end();
    return hasCode(problem, 'NotFound');
  }
  const endOutput = async (): Promise<void> => {
    await data.end();
    // Clients take the connection for open until they know that there will be no error.
    await error.end();
  };
  try {
    await joinConnection({ input: data.input, send: (bytes) => data.write(bytes), endOutput }, remote, signal);
  } catch {
    // A connection that breaks later is no error of the forwarding: clients give up the whole session for one of those.
    if (signal.aborted) return true;
    await data.reset();
    await error.end();
  }
  return false;
}

async function dialPort(data: SpdyStream, dial: DialPort, signal: AbortSignal): Promise<Duplex> {
  const port = parsePort(data.headers.get('port'));
  if (port === undefined) throw new Error(`${JSON.stringify(data.headers.get('port') ?? '')} is not a port`);
  return dial(port, signal);
}

const typeOf = (stream: SpdyStream): string => stream.headers.get('streamtype') ?? '';

/** Clients from before the request id open the error stream, and the data stream right after it. */
function requestId(stream: SpdyStream): string {
  const id = stream.headers.get('requestid');
  if (id !== undefined) return `r${id}`;
  return `s${typeOf(stream) === 'data' ? stream.id - 2 : stream.id}`;
}

const toPair = (one: SpdyStream, other: SpdyStream): Pair =>
  typeOf(one) === 'data' ? { data: one, error: other } : { data: other, error: one };
