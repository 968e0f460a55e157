import { connect as startHttp2, constants, type ClientHttp2Session } from 'node:http2';
import type { Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import { goDuration } from '../../lib/time.js';
import { OUTPUT_LIMIT_BYTES, type Attempt } from './attempt.js';
import { DialError, joinHostPort, type Connect, type Connection } from '../http/connect.js';
import { decodeHealthResponse, encodeHealthRequest } from './health-message.js';
import { isTimeout } from './patience.js';

export interface GrpcCheck {
  readonly host: string;
  readonly port: number;
  readonly service: string;
  readonly userAgent: string;
  /** For messages. */
  readonly timeoutMs: number;
}

/** A refused connection is tried again, until the time is over. Source: grpc-go, the base of its back-off. */
const RECONNECT_MS = 1_000;
const UNIMPLEMENTED = 12;

/**
 * Asks `grpc.health.v1.Health/Check`, in plain text. By node:http2 rather than a gRPC library: it takes a connection that
 * was made through the sandbox, which @grpc/grpc-js does not, and nothing is loaded for it.
 * Source: kubelet pkg/probe/grpc.
 */
export async function probeGrpc(
  connect: Connect,
  check: GrpcCheck,
  clock: Clock,
  signal: AbortSignal,
): Promise<Attempt> {
  const address = joinHostPort(check.host, check.port);
  const progress = { connected: false };
  try {
    const connection = await connectPatiently(connect, check, clock, signal);
    return await ask(connection, address, check, progress, signal);
  } catch (error) {
    if (!signal.aborted || !isTimeout(signal.reason)) throw error;
    const within = goDuration(check.timeoutMs);
    return unheard(
      progress.connected
        ? `timeout: health rpc did not complete within ${within}`
        : `timeout: failed to connect service "${address}" within ${within}: context deadline exceeded`,
    );
  }
}

async function connectPatiently(
  connect: Connect,
  { host, port }: GrpcCheck,
  clock: Clock,
  signal: AbortSignal,
): Promise<Connection> {
  for (;;) {
    try {
      return await connect(host, port, signal);
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      await clock.sleep(RECONNECT_MS, signal);
    }
  }
}

/** Ends the connection, too. */
async function ask(
  { close, stream }: Connection,
  address: string,
  check: GrpcCheck,
  progress: { connected: boolean },
  signal: AbortSignal,
): Promise<Attempt> {
  const session = startHttp2(`http://${address}`, { createConnection: () => stream });
  let onAbort: (() => void) | undefined;
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      session.once('remoteSettings', () => (progress.connected = true));
      session.on('error', reject);
      call(session, check, address).then(resolve, reject);
    });
    return judge(answer);
  } catch (error) {
    signal.throwIfAborted();
    return unheard(`error: health rpc probe failed: rpc error: code = Unavailable desc = ${errorMessage(error)}`);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    // A session that ends says goodbye, and a socket that does so cannot be reset (EINVAL): it would stay open for good.
    if (session.destroyed) stream.destroy();
    else close();
    session.destroy();
  }
}

interface Answer {
  readonly httpStatus: number;
  /** Absent when the server does not speak gRPC. */
  readonly grpcStatus: number | undefined;
  readonly message: string;
  readonly body: Buffer;
}

async function call(session: ClientHttp2Session, { service, userAgent }: GrpcCheck, address: string): Promise<Answer> {
  const call = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
    [constants.HTTP2_HEADER_AUTHORITY]: address,
    'content-type': 'application/grpc',
    'user-agent': userAgent,
    te: 'trailers',
  });
  // A server that answers with headers alone puts its status there.
  const headers = new Map<string, string>();
  const note = (of: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(of)) headers.set(name, String(value));
  };
  call.on('response', note).on('trailers', note);
  call.end(encodeHealthRequest(service));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of call as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > OUTPUT_LIMIT_BYTES) break;
  }
  const grpcStatus = headers.get('grpc-status');
  return {
    httpStatus: Number(headers.get(':status') ?? 0),
    grpcStatus: grpcStatus === undefined ? undefined : Number(grpcStatus),
    message: decodeMessage(headers.get('grpc-message') ?? ''),
    body: Buffer.concat(chunks),
  };
}

function judge({ body, grpcStatus, httpStatus, message }: Answer): Attempt {
  if (grpcStatus === UNIMPLEMENTED) {
    const text = 'error: this server does not implement the grpc health protocol (grpc.health.v1.Health)';
    return failure(`${text}: ${message}`);
  }
  if (grpcStatus !== 0) {
    const what =
      grpcStatus === undefined
        ? `code = Unknown desc = unexpected HTTP status code received from server: ${httpStatus}`
        : `code = ${CODES[grpcStatus] ?? `Code(${grpcStatus})`} desc = ${message}`;
    return failure(`error: health rpc probe failed: rpc error: ${what}`);
  }
  const status = decodeHealthResponse(body);
  if (status === 'SERVING') return { verdict: 'success', output: 'service healthy' };
  if (status !== undefined) return failure(`service unhealthy (responded with "${status}")`);
  return failure('error: health rpc probe failed: rpc error: code = Internal desc = the response cannot be read');
}

const failure = (output: string): Attempt => ({ verdict: 'failure', output });
const unheard = (output: string): Attempt => ({ verdict: 'failure', output, unheard: true });

/** Percent-encoded on the wire. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As Go names them. Source: grpc-go codes. */
const CODES: readonly string[] = [
  ...['OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists'],
  ...['PermissionDenied', 'ResourceExhausted', 'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented'],
  ...['Internal', 'Unavailable', 'DataLoss', 'Unauthenticated'],
];
