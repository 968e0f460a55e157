import type { Send } from './copy.js';
import type { CommandOutcome } from './command-status.js';
import type { Inflow } from './inflow.js';
import type { Resizes } from './resizes.js';

/** Which standard streams a client asked for. */
export interface CommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The client's side of a command, whatever carries it. Streams it did not ask for are absent. */
export interface CommandChannels {
  /** Ends when the client closes its stdin. */
  readonly stdin?: Inflow;
  readonly stdout?: Send;
  readonly stderr?: Send;
  /** The sizes of the client's terminal. */
  readonly resizes: Resizes;
  /** The last words, then the end of the connection. What was sent before arrives before. */
  finish(outcome: CommandOutcome): Promise<void>;
}
