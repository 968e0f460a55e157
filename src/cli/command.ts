import type { Terminal } from './terminal.js';

/** Wrong usage: unknown commands and flags, missing arguments. */
export const EXIT_USAGE = 2;

/** What a command gets besides its own arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Sets the exit code; without it a command that returns has succeeded. */
  readonly exit: (code: number) => void;
}
