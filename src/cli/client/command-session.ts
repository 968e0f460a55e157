import { writeBytes } from '../output/write-bytes.js';
import type { Input } from '../terminal.js';
import type { Query } from './api-client.js';
import { openRemoteCommand, type RemoteCommand } from './remote-command.js';
import type { Session } from './session.js';

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
  const { signal, terminal } = session;
  const command = await openRemoteCommand(session, path, query, { stdin, tty });
  const input = stdin ? terminal.input : undefined;
  const stopInput = input === undefined ? undefined : sendInput(input, command);
  const stopSizes = tty ? sendSizes(session, command, redraw) : undefined;
  if (tty) input?.setRawMode?.(true);
  try {
    return await command.receive(async (stream, chunk) => {
      if (stream === 'stdout') return writeBytes(terminal.out, chunk, signal);
      await writeBytes(terminal.err, chunk, signal);
      return true;
    });
  } finally {
    if (tty) input?.setRawMode?.(false);
    stopSizes?.();
    stopInput?.();
    command.close();
  }
}

/** @returns ends it */
function sendInput(input: Input, command: RemoteCommand): () => void {
  const onData = (chunk: Buffer | string): void => {
    if (command.send(Buffer.from(chunk))) return;
    input.pause();
    command.drained().then(
      () => input.resume(),
      () => undefined,
    );
  };
  const onEnd = (): void => command.endInput();
  input.on('data', onData).on('end', onEnd);
  // It may have ended before anyone listened.
  if ('readableEnded' in input && input.readableEnded === true) onEnd();
  return () => {
    input.off('data', onData).off('end', onEnd);
    input.pause();
  };
}

/** @returns ends it */
function sendSizes({ terminal: { out } }: Session, command: RemoteCommand, redraw: boolean): () => void {
  const resize = (more: number): void => {
    const { columns, rows } = out;
    if (columns !== undefined && rows !== undefined) command.resize(columns + more, rows + more);
  };
  if (redraw) resize(1);
  resize(0);
  const onResize = (): void => resize(0);
  // Terminals only; other outputs have no size that could change.
  const emitter = out as Partial<NodeJS.EventEmitter>;
  emitter.on?.('resize', onResize);
  return () => void emitter.off?.('resize', onResize);
}
