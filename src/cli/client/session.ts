import { errorMessage, hasCode, KubeletteError } from '../../lib/errors.js';
import type { CommandContext } from '../command.js';
import { EXIT_INTERRUPTED, interruptible } from '../interrupts.js';
import { escapeLines } from '../output/escape.js';
import type { Terminal } from '../terminal.js';
import { ApiClient } from './api-client.js';
import { ApiError, formatApiError } from './api-error.js';
import { Discovery } from './discovery.js';
import { parseGoDuration } from './go-duration.js';
import { loadConnection, type KubeconfigFlags } from './kubeconfig.js';

/** Flags every client command has. */
export interface ClientFlags extends KubeconfigFlags {
  readonly namespace?: string;
  readonly requestTimeout?: string;
}

/** What a client command works with. */
export interface Session {
  readonly client: ApiClient;
  readonly discovery: Discovery;
  /** Of the flag, else of the context. */
  readonly namespace: string;
  readonly terminal: Terminal;
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal;
  /** Says what went wrong, as kubectl words it; the command then exits with 1 when it is done. */
  readonly report: (error: unknown) => void;
  /** Another exit code than 0 or 1. */
  readonly exit: (code: number) => void;
}

/** Connects, runs the command, prints what goes wrong, and sets the exit code: the command's own, 1, or 130. */
export async function runSession(
  { exit, terminal }: CommandContext,
  flags: ClientFlags,
  command: (session: Session) => Promise<void>,
): Promise<void> {
  let exitCode = 0;
  const report = (error: unknown): void => {
    exitCode = 1;
    terminal.err.write(`${escapeLines(formatError(error))}\n`);
  };
  await interruptible(async (interrupted) => {
    let client: ApiClient | undefined;
    try {
      const connection = await loadConnection(flags, terminal.env);
      client = new ApiClient(connection, warner(terminal));
      const namespace = flags.namespace ?? connection.namespace;
      const signal = AbortSignal.any([interrupted, ...timeoutSignal(flags.requestTimeout)]);
      const discovery = new Discovery(client, signal);
      const setExit = (code: number): void => void (exitCode = code);
      await command({ client, discovery, namespace, terminal, signal, report, exit: setExit });
    } catch (error) {
      if (interrupted.aborted) exitCode = EXIT_INTERRUPTED;
      else report(error);
    } finally {
      client?.close();
    }
  });
  exit(exitCode);
}

/** The error as kubectl prints it, without the final line break. */
function formatError(error: unknown): string {
  if (error instanceof ApiError) return formatApiError(error);
  if (error instanceof Error && error.name === 'TimeoutError')
    return 'error: the request timed out (--request-timeout)';
  const message = errorMessage(error);
  return hasCode(error, 'Unavailable') ? message : `error: ${message}`;
}

function warner({ err }: Terminal): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    told.add(text);
    err.write(`${escapeLines(`Warning: ${text}`)}\n`);
  };
}

function timeoutSignal(text: string | undefined): readonly AbortSignal[] {
  if (text === undefined || text === '0') return [];
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseGoDuration(text);
  if (ms === undefined) throw new KubeletteError('Invalid', `invalid argument "${text}" for "--request-timeout"`);
  return ms <= 0 ? [] : [AbortSignal.timeout(ms)];
}
