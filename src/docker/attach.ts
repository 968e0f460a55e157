import { KubeletteError } from '../lib/errors.js';
import type { ExecRequest, ExecSession } from '../runtime/streams.js';
import type { Engine } from './engine.js';
import { inspectContainer } from './inspect.js';
import { openSession } from './session.js';

/** Measured on 20.10: 50 ms between the end of the streams and the state; more on a busy machine. */
const EXIT_VISIBLE_WITHIN_MS = 3_000;
const LOOK_AGAIN_MS = 50;

/**
 * Connects to the standard streams of the container's main process, from now on. Whether it has a terminal is the
 * container's matter; the request's `tty` only says what the client has. Output that is not read stops the container.
 *
 * `exitCode` is the container's. It is 0 when the container runs on after the end of the input: that ends the connection, but not
 * the input of a process which may be attached to again, or has a terminal. Source: moby container/stream/attach.go.
 *
 * @throws `NotFound`; `Conflict` when it does not run
 */
export async function attach(
  engine: Engine,
  containerId: string,
  request: Omit<ExecRequest, 'command'>,
  signal: AbortSignal,
): Promise<ExecSession> {
  const container = await inspectContainer(engine, containerId, signal);
  const short = containerId.slice(0, 12);
  if (container === undefined) throw new KubeletteError('NotFound', `container ${short} is gone`);
  if (!container.State.Running) throw new KubeletteError('Conflict', `container ${short} is not running`);
  const { StdinOnce: stdinOnce, Tty: tty } = container.Config;
  let inputEnded = false;
  const detached = (): boolean => inputEnded && (tty || !stdinOnce);
  const socket = await engine.hijack(
    {
      method: 'POST',
      path: `/containers/${containerId}/attach`,
      query: { stream: true, stdin: request.stdin, stdout: true, stderr: true },
    },
    signal,
  );
  const session = openSession(
    {
      engine,
      socket,
      tty,
      stdin: request.stdin,
      endOfInput: 'half-close',
      resizePath: `/containers/${containerId}/resize`,
      exitCode: async () => exitCodeOf(engine, containerId, detached, signal),
    },
    signal,
  );
  session.stdin?.once('finish', () => {
    inputEnded = true;
  });
  return session;
}

async function exitCodeOf(
  engine: Engine,
  containerId: string,
  detached: () => boolean,
  signal: AbortSignal,
): Promise<number> {
  // The engine's death looks like the container's: a plain end of the stream. Only a look tells, and the stream may end
  // a moment before the engine says that the container has.
  const giveUpAt = engine.clock.monotonic() + EXIT_VISIBLE_WITHIN_MS;
  for (;;) {
    const askedAt = engine.clock.monotonic();
    const container = await inspectContainer(engine, containerId, signal);
    if (container !== undefined && !container.State.Running) return container.State.ExitCode;
    if (container !== undefined && detached()) return 0;
    // What a slow engine answers may be as old as the question.
    if (container === undefined || askedAt >= giveUpAt) {
      throw new KubeletteError('Unavailable', 'the connection to the container was lost');
    }
    await engine.clock.sleep(LOOK_AGAIN_MS, signal);
  }
}
