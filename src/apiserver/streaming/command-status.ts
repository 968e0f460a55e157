import { toStatusError } from '../http/error-status.js';

/** How a command or an attachment ended, for the error channel. */
export type CommandOutcome = { readonly exitCode: number } | { readonly error: unknown };

/** Versions of the remote command protocol; they differ in what is said at the end and in what the client may send. */
export type CommandVersion = 1 | 2 | 3 | 4 | 5;

/**
 * The last words of a session. From version 4 on a Status, before that plain text, and nothing for success.
 * Source: kubelet pkg/kubelet/cri/streaming/remotecommand (writeStatus), Status of `NonZeroExitCode`.
 */
export function formatOutcome(outcome: CommandOutcome, version: CommandVersion): Buffer {
  const status = statusOf(outcome);
  if (version >= 4) return Buffer.from(JSON.stringify(status));
  return Buffer.from(status.message ?? '');
}

interface FinalStatus {
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes: readonly { readonly reason?: string; readonly message: string }[] };
  readonly code?: number;
}

function statusOf(outcome: CommandOutcome): FinalStatus {
  if ('error' in outcome) {
    const { message } = toStatusError(outcome.error);
    return {
      metadata: {},
      status: 'Failure',
      message,
      reason: 'InternalError',
      details: { causes: [{ message }] },
      code: 500,
    };
  }
  const { exitCode } = outcome;
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}
