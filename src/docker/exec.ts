import type Docker from 'dockerode';
import { KubeletteError } from '../lib/errors.js';
import type { ExecRequest, ExecSession } from '../runtime/streams.js';
import type { Engine } from './engine.js';
import { inspectContainer } from './inspect.js';
import { openSession } from './session.js';

/** After the output ended the engine needs a moment at times to note the exit. */
const EXIT_POLL_MS = 50;
const EXIT_POLLS = 100;
/** The engine notes the end of a container within 100 ms (engine facts D3), later when it is busy. */
const CONTAINER_END_MS = 250;

/**
 * Runs a command in a running container. The connection is always hijacked: anything else loses output that comes
 * after stdin was closed. `signal` only cuts the connection, the command goes on (see `endCommand`).
 *
 * @throws `Conflict` when the container does not run or is paused; `NotFound` when it is gone
 */
export async function exec(
  engine: Engine,
  containerId: string,
  request: ExecRequest,
  signal: AbortSignal,
): Promise<ExecSession & { readonly execId: string }> {
  const { tty, stdin } = request;
  const { Id: id } = await engine.call<{ Id: string }>(
    {
      method: 'POST',
      path: `/containers/${containerId}/exec`,
      body: {
        AttachStdin: stdin,
        AttachStdout: true,
        AttachStderr: !tty,
        Tty: tty,
        Cmd: [...request.command],
      },
    },
    signal,
  );
  const socket = await engine.hijack(
    { method: 'POST', path: `/exec/${id}/start`, body: { Detach: false, Tty: tty } },
    signal,
  );
  const session = openSession(
    {
      engine,
      socket,
      tty,
      stdin,
      // On a terminal a half-close would end the output too.
      endOfInput: tty ? 'key' : 'half-close',
      resizePath: `/exec/${id}/resize`,
      exitCode: async () => exitCodeOf(engine, containerId, id, signal),
    },
    signal,
  );
  return { ...session, execId: id };
}

async function exitCodeOf(engine: Engine, containerId: string, id: string, signal: AbortSignal): Promise<number> {
  for (let poll = 0; poll < EXIT_POLLS; poll += 1) {
    const { Running, ExitCode } = await engine.call<Docker.ExecInspectInfo>(
      { method: 'GET', path: `/exec/${id}/json` },
      signal,
    );
    if (!Running && ExitCode !== null) {
      await refuseInvented(engine, containerId, ExitCode, signal);
      return ExitCode;
    }
    await engine.clock.sleep(EXIT_POLL_MS, signal);
  }
  throw new KubeletteError('Unavailable', 'the connection to the command was lost while it was running');
}

/**
 * When the container ends under a command the engine makes up a code from 126 on (engine facts G), at times before it
 * has noted the end of the container. So such a code is believed only if the container still runs a moment later.
 */
async function refuseInvented(
  engine: Engine,
  containerId: string,
  exitCode: number,
  signal: AbortSignal,
): Promise<void> {
  if (exitCode < 126) return;
  await engine.clock.sleep(CONTAINER_END_MS, signal);
  const container = await inspectContainer(engine, containerId, signal);
  if (container?.State.Running === true) return;
  throw new KubeletteError('Unavailable', 'the container ended before the command did; its exit code is not known');
}
