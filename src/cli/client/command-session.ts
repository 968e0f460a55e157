import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import { KubeletteError } from '../../lib/errors.js';
import { writeBytes } from '../output/write-bytes.js';
import type { Input } from '../terminal.js';
import type { Query } from './api-client.js';
import type { Status } from './api-error.js';
import type { Session } from './session.js';
import { openWebSocket } from './websocket.js';

/** Streams of the Kubernetes remote command protocol, version 5: the first byte of every message. */
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;
const PROTOCOL = 'v5.channel.k8s.io';

type FinalStatus = Status & { readonly status?: string };

/** What an exec or attach is connected to. */
export interface CommandStreams {
  readonly stdin: boolean;
  /** One terminal instead of stdout and stderr. */
  readonly tty: boolean;
  /** Makes programs that run already draw their screen again. */
  readonly redraw: boolean;
}

/**
 * Runs an exec or attach session with the terminal's streams.
 * @returns the exit code of the command, 0 for an attachment that ended, undefined when nobody reads any more
 * @throws ApiError when it is refused; KubeletteError when it failed or broke
 */
export async function runCommandSession(
  session: Session,
  path: string,
  query: Query,
  { redraw, stdin, tty }: CommandStreams,
): Promise<number | undefined> {
  const { client, signal, terminal } = session;
  const streams = { stdin: stdin || undefined, stdout: true, stderr: tty ? undefined : true, tty: tty || undefined };
  const socket = await openWebSocket(client, { path, query: { ...query, ...streams }, protocol: PROTOCOL }, signal);
  // One chunk is one message, both ways; a slow side holds up the other.
  const duplex = createWebSocketStream(socket, { readableObjectMode: true });
  duplex.on('error', () => undefined);
  const input = stdin ? terminal.input : undefined;
  const stopInput = input === undefined ? undefined : sendInput(input, duplex);
  const stopSizes = tty ? sendSizes(session, duplex, redraw) : undefined;
  if (tty) input?.setRawMode?.(true);
  try {
    const status = await receive(session, duplex);
    signal.throwIfAborted();
    if (status === undefined) throw new KubeletteError('Internal', 'lost connection to pod');
    return status === 'no reader' ? undefined : exitCodeOf(status);
  } finally {
    if (tty) input?.setRawMode?.(false);
    stopSizes?.();
    stopInput?.();
    socket.terminate();
  }
}

/** Prints what comes until the last words. */
async function receive({ signal, terminal }: Session, duplex: Duplex): Promise<FinalStatus | 'no reader' | undefined> {
  try {
    for await (const message of duplex as AsyncIterable<Buffer>) {
      const payload = message.subarray(1);
      if (message[0] === CHANNEL.stdout) {
        if (!(await writeBytes(terminal.out, payload, signal))) return 'no reader';
      } else if (message[0] === CHANNEL.stderr) await writeBytes(terminal.err, payload, signal);
      // The shape is the protocol's promise.
      else if (message[0] === CHANNEL.status) return JSON.parse(payload.toString()) as FinalStatus;
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    // The connection broke; what that means is told by the caller.
  }
  return undefined;
}

function exitCodeOf(status: FinalStatus): number {
  if (status.status === 'Success') return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (status.reason === 'NonZeroExitCode' && cause !== undefined) return Number(cause.message);
  throw new KubeletteError('Internal', status.message ?? 'the command failed');
}

/** @returns ends it */
function sendInput(input: Input, duplex: Duplex): () => void {
  const onData = (chunk: Buffer | string): void => {
    if (duplex.writable && !send(duplex, CHANNEL.stdin, Buffer.from(chunk))) {
      input.pause();
      once(duplex, 'drain').then(
        () => input.resume(),
        () => undefined,
      );
    }
  };
  const onEnd = (): void => {
    if (duplex.writable) send(duplex, CHANNEL.close, Buffer.of(CHANNEL.stdin));
  };
  input.on('data', onData).on('end', onEnd);
  // It may have ended before anyone listened.
  if ('readableEnded' in input && input.readableEnded === true) onEnd();
  return () => {
    input.off('data', onData).off('end', onEnd);
    input.pause();
  };
}

/** @returns ends it */
function sendSizes({ terminal: { out } }: Session, duplex: Duplex, redraw: boolean): () => void {
  const resize = (more: number): void => {
    const { columns, rows } = out;
    if (columns === undefined || rows === undefined || !duplex.writable) return;
    const size = JSON.stringify({ Width: columns + more, Height: rows + more });
    send(duplex, CHANNEL.resize, Buffer.from(`${size}\n`));
  };
  if (redraw) resize(1);
  resize(0);
  const onResize = (): void => resize(0);
  // Terminals only; other outputs have no size that could change.
  const emitter = out as Partial<NodeJS.EventEmitter>;
  emitter.on?.('resize', onResize);
  return () => void emitter.off?.('resize', onResize);
}

const send = (duplex: Duplex, channel: number, payload: Buffer): boolean =>
  duplex.write(Buffer.concat([Buffer.of(channel), payload]));
