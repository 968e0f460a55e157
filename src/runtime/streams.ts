import type { Duplex, Readable, Writable } from 'node:stream';

export interface ExecRequest {
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
}

export interface ExecSession {
  /** `end()` closes the process's stdin; output goes on. */
  readonly stdin?: Writable;
  readonly stdout: Readable;
  /** Absent with a tty: everything is on stdout. */
  readonly stderr?: Readable;
  resize(columns: number, rows: number): Promise<void>;
  /** Settles after the output streams ended. A lost connection rejects; it is never 0. */
  readonly exitCode: Promise<number>;
}

/** A command that was started in a container. */
export interface CommandSession extends ExecSession {
  /**
   * Ends the command and everything it started, however deaf to signals. Resolves when it is gone.
   *
   * @returns `killed`; `ended` when it had come to its end by itself; `late` when the engine had not even begun to run
   *   it: then it was killed as soon as it ran
   * @throws `Unavailable` when it may still run: try again
   */
  kill(signal: AbortSignal): Promise<'killed' | 'ended' | 'late'>;
}

/**
 * One record of the engine's log. A line longer than 16 KiB comes in pieces that carry the same timestamp.
 * `timestamp` is the engine's RFC 3339 text with nine digits, kept as text: a number would lose them.
 */
export interface LogRecord {
  readonly stream: 'stdout' | 'stderr';
  readonly timestamp: string;
  /** The bytes without the final newline. */
  readonly line: Buffer;
  /** More of the same line follows in the next record of this stream (CRI tag `P`). */
  readonly partial: boolean;
}

export interface LogStreamOptions {
  /** A record's timestamp. */
  readonly since?: string;
  readonly tail?: number;
  readonly follow: boolean;
}

export interface DialTarget {
  readonly host: 'pod' | 'loopback' | { readonly address: string };
  readonly port: number;
  readonly oneShot?: boolean;
}

export interface RuntimeStreams {
  /** Ending `signal` cuts the connection and nothing else: the command goes on. */
  exec(containerId: string, request: ExecRequest, signal: AbortSignal): Promise<CommandSession>;
  attach(containerId: string, request: Omit<ExecRequest, 'command'>, signal: AbortSignal): Promise<ExecSession>;
  /**
   * The engine's stored log, in order, from the record(s) of `since` on (inclusive), then live when `follow`. With `tail`
   * only so many of the newest records.
   * Ends when the container has ended and everything the engine kept was delivered.
   * @throws `NotFound` when the container is gone; `Unavailable` when the connection broke: resume from the last record
   */
  logs(containerId: string, options: LogStreamOptions, signal: AbortSignal): AsyncIterable<LogRecord>;
  /**
   * A TCP connection made to the pod, or from inside it to another IPv4 address. `pod` is the pod's address, `loopback`
   * 127.0.0.1 inside its network namespace. `oneShot`: once this side is closed nothing is expected any more; otherwise
   * the other side may go on for minutes.
   *
   * @throws `Unavailable` with the reason when it is refused; then, and not when the engine is to blame, the details
   *   hold the `errno`, negative as Node has it
   */
  dial(sandboxId: string, target: DialTarget, signal: AbortSignal): Promise<Duplex>;
}
