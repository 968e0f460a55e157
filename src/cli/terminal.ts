import { getSystemErrorMap } from 'node:util';
import { systemClock, type Clock } from '../lib/clock.js';

/** A stream that is written to, and what is known about what is behind it. */
export interface Output {
  write(chunk: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** A stream that is read, and what is known about what is behind it. */
export type Input = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  /** Only of a terminal: keys are passed on as they are pressed, also Ctrl-C. */
  setRawMode?(raw: boolean): unknown;
};

/** The world of a command: results go to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Absent: there is none. */
  readonly input?: Input;
}

/** What `processTerminal` takes of `process`. */
export interface OutputProcess {
  readonly env: Terminal['env'];
  readonly stdin: Input;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export interface ProcessTerminal extends Terminal {
  /**
   * Waits until everything that was written has gone out, or never can. A pipe takes 64 KiB at a time from us, and what
   * still waits dies with the process.
   * @returns the exit code: `exitCode`, or 1 instead of 0 when not all of it could be written
   */
  finish(exitCode: number): Promise<number>;
}

/**
 * This process's. A reader that went away (`kubelette … | head`) is no error: what is written then goes nowhere. Anything
 * else that keeps results from being written, as a full disk, is told of at once and once; about stderr there is nobody to tell.
 */
export function processTerminal(own: OutputProcess = process): ProcessTerminal {
  const { env, stderr, stdout } = own;
  let failed = false;
  const fail = (error: NodeJS.ErrnoException): void => {
    if (failed || error.code === 'EPIPE') return;
    failed = true;
    stderr.write(`error: write /dev/stdout: ${reasonOf(error)}\n`);
  };
  stdout.on('error', fail);
  stderr.on('error', () => undefined);
  return {
    out: stdout,
    err: stderr,
    env,
    clock: systemClock,
    // Only commands that read it may touch it: that alone keeps a process alive.
    get input() {
      return own.stdin;
    },
    finish: async (exitCode) => {
      const error = await drained(stdout);
      if (error !== undefined) fail(error);
      await drained(stderr);
      return failed && exitCode === 0 ? 1 : exitCode;
    },
  };
}

/** As the system words it: `no space left on device`. */
const reasonOf = ({ errno = 0, message }: NodeJS.ErrnoException): string =>
  getSystemErrorMap().get(errno)?.[1] ?? message;

/** @returns why it never can be: the stream's own event of it may come later */
const drained = (stream: NodeJS.WriteStream): Promise<Error | undefined> =>
  new Promise((resolve) => {
    // Even writing nothing fails on some devices.
    if (stream.errored !== null || stream.writableLength === 0) resolve(stream.errored ?? undefined);
    else stream.write('', (error) => resolve(error ?? undefined));
  });
