import type { ExecSession } from '../../runtime/streams.js';
import type { CommandChannels } from './command-channels.js';
import type { CommandOutcome } from './command-status.js';
import { copyIn, copyOut } from './copy.js';

/** Starts the command, or attaches. The signal aborts when the client is gone. */
export type OpenSession = (signal: AbortSignal) => Promise<ExecSession>;

/**
 * Connects a client with a process, from start to end: all output to its end and passed on, then how it ended, then the
 * end of the connection. Resolves when all that was tried; never rejects.
 *
 * @param signal aborts when the client is gone
 */
export async function serveCommand(channels: CommandChannels, open: OpenSession, signal: AbortSignal): Promise<void> {
  const outcome = await run(channels, open, signal);
  // A process that ended does not take its input any more; the client may go on sending until it knows.
  channels.stdin?.destroy();
  if (signal.aborted) return;
  // Fails when the client leaves meanwhile.
  await channels.finish(outcome).catch(() => undefined);
}

async function run(channels: CommandChannels, open: OpenSession, signal: AbortSignal): Promise<CommandOutcome> {
  try {
    const session = await open(signal);
    channels.resizes.start((size) => session.resize(size.columns, size.rows));
    if (session.stdin !== undefined && channels.stdin !== undefined) {
      const { stdin } = session;
      // Not waited for: the process need not read all of it. What it does not take is dropped.
      copyIn(channels.stdin, stdin).catch(() => channels.stdin?.destroy());
    } else channels.stdin?.resume();
    await Promise.all([pass(session.stdout, channels.stdout), pass(session.stderr, channels.stderr)]);
    return { exitCode: await session.exitCode };
  } catch (error) {
    return { error };
  }
}

/** Unread output would stop the process, so what nobody asked for is read and dropped. */
const pass = async (output: ExecSession['stderr'], send: CommandChannels['stderr']): Promise<void> => {
  if (output !== undefined) await copyOut(output, send ?? (async () => undefined));
};
