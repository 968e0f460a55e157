import type { Readable } from 'node:stream';
import { errorMessage } from '../../lib/errors.js';
import type { RuntimeStreams } from '../../runtime/streams.js';

/** More is read, so that the command does not stop, and thrown away. */
const MAX_OUTPUT_BYTES = 10 * 1024;

/**
 * Runs a command in the container, as it stands: nothing in it is expanded.
 *
 * @throws Error `command 'x y' exited with 1: <stderr>, message: "<output>"`
 */
export async function execHook(
  streams: RuntimeStreams,
  command: readonly string[],
  containerId: string,
  signal: AbortSignal,
): Promise<void> {
  let output: { stdout: string; stderr: string } | undefined;
  let problem: string;
  try {
    const session = await streams.exec(containerId, { command, tty: false, stdin: false }, signal);
    const [stdout, stderr] = await Promise.all([readText(session.stdout), readText(session.stderr)]);
    output = { stdout, stderr };
    const exitCode = await session.exitCode;
    if (exitCode === 0) return;
    problem = `command '${command.join(' ')}' exited with ${exitCode}: ${stderr}`;
  } catch (error) {
    signal.throwIfAborted();
    problem = errorMessage(error);
  }
  throw new Error(`${problem}, message: ${JSON.stringify(`${output?.stdout ?? ''}${output?.stderr ?? ''}`)}`);
}

async function readText(stream: Readable | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    if (length < MAX_OUTPUT_BYTES) chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
  }
  return Buffer.concat(chunks).subarray(0, MAX_OUTPUT_BYTES).toString();
}
