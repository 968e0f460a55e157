import type { LogLevel } from './log-level.js';
import { pino, type Logger as PinoLogger } from 'pino';
import { prettyFactory } from 'pino-pretty';

/**
 * The structured log: `log.info({ pod: 'default/web', uid }, 'container started')`. Messages are fixed,
 * variables are fields; secrets and environment values are never logged.
 */
export type Logger = Pick<PinoLogger, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'> & {
  child(fields: Record<string, unknown>): Logger;
};

export type { LogLevel };
export type LogFormat = 'pretty' | 'json';

/** What is kept of a log that cannot be written just now; what comes then is lost. */
const MAX_WAITING_BYTES = 1_048_576;

/**
 * A log that cannot be written, as on a full disk, ends nothing: its lines wait until it can be.
 * @param fd stderr unless given: stdout belongs to results. It is the caller's: nothing closes it
 * @param colour for `pretty`
 */
export function createLogger(level: LogLevel, format: LogFormat, { fd = 2, colour = false } = {}): Logger {
  // As a stream, not as a transport: transports are worker threads that lose lines when the process ends.
  const destination = pino.destination({ dest: fd, sync: true, maxLength: MAX_WAITING_BYTES });
  destination.on('error', () => undefined);
  if (format === 'json') return pino({ level }, destination);
  // Not pino-pretty's own stream: that closes its descriptor at the first error, and is silent from then on.
  const pretty = prettyFactory({ colorize: colour, ignore: 'pid,hostname' });
  return pino({ level }, { write: (line) => void destination.write(pretty(line)) });
}

export const silentLogger: Logger = pino({ level: 'silent' });

/** The log as values, for shells that show it their own way. */
export interface LogLine {
  /** pino's number: 40 is `warn`, 50 `error`. */
  readonly level: number;
  readonly msg: string;
  /** What `err` or a string field `error` said, if there was one. */
  readonly problem?: string;
}

/** A logger that hands every line to a function instead of writing it. */
export function createLineLogger(level: LogLevel, onLine: (line: LogLine) => void): Logger {
  return pino({ level }, { write: (text: string) => onLine(parseLine(text)) });
}

function parseLine(text: string): LogLine {
  // Written by pino just now: one JSON object with at least these.
  const { level, msg, err, error } = JSON.parse(text) as {
    level: number;
    msg?: string;
    err?: { message?: string };
    error?: unknown;
  };
  const problem = err?.message ?? (typeof error === 'string' ? error : undefined);
  return problem === undefined ? { level, msg: msg ?? '' } : { level, msg: msg ?? '', problem };
}
