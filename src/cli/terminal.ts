import { systemClock, type Clock } from '../lib/clock.js';

/** A stream that is written to, and what is known about what is behind it. */
export interface Output {
  write(chunk: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** The world of a command: results go to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** This process's. A reader that went away (`kubelette … | head`) is no error: what is written then goes nowhere. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return { out: process.stdout, err: process.stderr, env: process.env, clock: systemClock };
}
