import { once } from 'node:events';
import { createWebSocketStream } from 'ws';
import { KubeletteError } from '../../lib/errors.js';
import type { Query } from './api-client.js';
import type { Status } from './api-error.js';
import type { Session } from './session.js';
import { openWebSocket } from './websocket.js';

/** Streams of the Kubernetes remote command protocol, version 5: the first byte of every message. */
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;
const PROTOCOL = 'v5.channel.k8s.io';

/** Takes what the command writes. @returns false when nobody wants any more */
type TakeOutput = (stream: 'stdout' | 'stderr', chunk: Buffer) => Promise<boolean>;

type FinalStatus = Status & { readonly status?: string };

/** A command that runs in a container, or the process of the container itself. */
export interface RemoteCommand {
  /** @returns false when the command is slow: then wait for `drained` */
  send(chunk: Buffer): boolean;
  /** Rejects when the connection ends first. */
  drained(): Promise<void>;
  /** The command has been sent everything. */
  endInput(): void;
  resize(columns: number, rows: number): void;
  /**
   * Hands on what the command writes until it ends.
   * @returns its exit code, 0 for an attachment that ended, undefined when nobody wants any more
   * @throws KubeletteError when it failed or the connection broke
   */
  receive(take: TakeOutput): Promise<number | undefined>;
  /** Ends the connection at once. */
  close(): void;
}

/** Starts an exec or attach. @throws ApiError when it is refused */
export async function openRemoteCommand(
  { client, signal }: Session,
  path: string,
  query: Query,
  { stdin, tty }: { readonly stdin: boolean; readonly tty: boolean },
): Promise<RemoteCommand> {
  const streams = { stdin: stdin || undefined, stdout: true, stderr: tty ? undefined : true, tty: tty || undefined };
  const socket = await openWebSocket(client, { path, query: { ...query, ...streams }, protocol: PROTOCOL }, signal);
  // One chunk is one message, both ways; a slow side holds up the other.
  const duplex = createWebSocketStream(socket, { readableObjectMode: true });
  duplex.on('error', () => undefined);
  const send = (channel: number, payload: Buffer): boolean =>
    !duplex.writable || duplex.write(Buffer.concat([Buffer.of(channel), payload]));
  return {
    send: (chunk) => send(CHANNEL.stdin, chunk),
    drained: async () => {
      await once(duplex, 'drain');
    },
    endInput: () => void send(CHANNEL.close, Buffer.of(CHANNEL.stdin)),
    resize: (columns, rows) =>
      void send(CHANNEL.resize, Buffer.from(`${JSON.stringify({ Width: columns, Height: rows })}\n`)),
    receive: async (take) => {
      const status = await receive(duplex, take);
      signal.throwIfAborted();
      if (status === undefined) throw new KubeletteError('Internal', 'lost connection to pod');
      return status === 'no reader' ? undefined : exitCodeOf(status);
    },
    close: () => socket.terminate(),
  };
}

/** @returns the last words; undefined when there were none */
async function receive(
  messages: AsyncIterable<Buffer>,
  take: TakeOutput,
): Promise<FinalStatus | 'no reader' | undefined> {
  const iterator = messages[Symbol.asyncIterator]();
  for (;;) {
    let message: Buffer;
    try {
      const next = await iterator.next();
      if (next.done === true) return undefined;
      message = next.value;
    } catch {
      // The connection broke; what that means is told by the caller.
      return undefined;
    }
    const payload = message.subarray(1);
    // The shape is the protocol's promise.
    if (message[0] === CHANNEL.status) return JSON.parse(payload.toString()) as FinalStatus;
    const stream = message[0] === CHANNEL.stdout ? 'stdout' : message[0] === CHANNEL.stderr ? 'stderr' : undefined;
    if (stream !== undefined && !(await take(stream, payload))) return 'no reader';
  }
}

function exitCodeOf(status: FinalStatus): number {
  if (status.status === 'Success') return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (status.reason === 'NonZeroExitCode' && cause !== undefined) return Number(cause.message);
  throw new KubeletteError('Internal', status.message ?? 'the command failed');
}
