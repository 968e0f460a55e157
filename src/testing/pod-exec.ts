import { buffer } from 'node:stream/consumers';
import type { ExecSession } from '../runtime/streams.js';
import type { ExecResult } from './pod-handle.js';

/** Feeds the command its input and collects everything it says. */
export async function collectExec(session: ExecSession, stdin: string | Uint8Array | undefined): Promise<ExecResult> {
  if (session.stdin !== undefined) {
    // A command that does not read its input to the end closes the pipe; its exit code says the rest.
    session.stdin.on('error', () => undefined);
    session.stdin.end(stdin ?? '');
  }
  const [stdout, stderr, exitCode] = await Promise.all([
    buffer(session.stdout),
    session.stderr === undefined ? Buffer.alloc(0) : buffer(session.stderr),
    session.exitCode,
  ]);
  return { stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8'), exitCode };
}
