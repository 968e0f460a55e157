import type { Socket } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { hasCode } from '../lib/errors.js';
import type { ExecSession } from '../runtime/streams.js';
import { copyRaw, demux } from './demux.js';
import type { Engine } from './engine.js';
import { toKubeletteError } from './engine-error.js';

const RESIZE_POLL_MS = 50;
const RESIZE_POLLS = 20;

/** What makes a session out of a hijacked connection. */
export interface SessionParts {
  readonly engine: Engine;
  readonly socket: Socket;
  /** Unframed, everything on stdout. */
  readonly tty: boolean;
  readonly stdin: boolean;
  /** How the process is told that its input ends: a half-closed connection, or the key for it, Ctrl-D. */
  readonly endOfInput: 'half-close' | 'key';
  /** The engine's path for changing the size of its terminal. */
  readonly resizePath: string;
  /** Asked once, after the output ended. */
  readonly exitCode: () => Promise<number>;
}

/**
 * Standard streams over one connection. Both outputs have to be read, or nothing goes on: that is the back-pressure.
 * A broken connection fails the outputs and `exitCode`.
 */
export function openSession(parts: SessionParts, signal: AbortSignal): ExecSession {
  const { engine, socket, tty } = parts;
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  // Whoever reads sees errors through the reading; whoever only waits for the exit code sees them there.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const copied = tty ? copyRaw(socket, stdout) : demux(socket, stdout, stderr);
  const exitCode = copied.then(parts.exitCode).catch((error: unknown) => {
    signal.throwIfAborted();
    throw toKubeletteError(error, engine.facts.endpoint);
  });
  exitCode.catch(() => undefined);
  return {
    ...(parts.stdin ? { stdin: stdinOf(socket, parts.endOfInput) } : {}),
    stdout,
    ...(tty ? {} : { stderr }),
    resize: async (columns, rows) => resize(engine, parts.resizePath, columns, rows, signal),
    exitCode,
  };
}

/** Its end is the end of the process's stdin and nothing else; destroying it does not touch the output. */
function stdinOf(socket: Socket, endOfInput: SessionParts['endOfInput']): Writable {
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => {
      if (endOfInput === 'key') socket.write('\x04', done);
      else socket.end(done);
    },
  });
  // The process may end before its input: not an error of the session.
  stdin.on('error', () => undefined);
  return stdin;
}

/** Before the process exists and after it ended the engine refuses; the first passes, the second does not matter. */
async function resize(engine: Engine, path: string, columns: number, rows: number, signal: AbortSignal): Promise<void> {
  for (let poll = 0; poll < RESIZE_POLLS; poll += 1) {
    try {
      await engine.call({ method: 'POST', path, query: { h: rows, w: columns } }, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (hasCode(error, 'Unavailable') || hasCode(error, 'NotFound')) return;
    }
    await engine.clock.sleep(RESIZE_POLL_MS, signal);
  }
}
