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

/** This process's. A reader that went away (`kubelette … | head`) is no error: what is written then goes nowhere. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: process.stdout,
    err: process.stderr,
    env: process.env,
    clock: systemClock,
    // Only commands that read it may touch it: that alone keeps a process alive.
    get input() {
      return process.stdin;
    },
  };
}

/**
 * Resolves when everything that was written has gone out, or never can. A pipe takes 64 KiB at a time from us, and what still
 * waits dies with the process.
 */
export async function flushed(): Promise<void> {
  const outputs = [process.stdout, process.stderr];
  await Promise.all(outputs.map(async (stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
}
