import { KubeletteError } from '../lib/errors.js';
import { withDeadline } from './deadline.js';
import type { Engine } from './engine.js';
import { exec } from './exec.js';

/** What the program in a sandbox did. */
export interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
  /** One line when it failed, without "error: " and line end. */
  readonly problem: string;
}

const TOOL_DEADLINE_MS = 60_000;

/**
 * Runs a command of our program in a sandbox (see native/pause.c).
 *
 * @param input its whole stdin
 * @throws `Conflict` or `NotFound` when the sandbox does not run; `Unavailable` when there was no answer
 */
export async function runTool(
  engine: Engine,
  sandboxId: string,
  args: readonly string[],
  input: Buffer | undefined,
  signal: AbortSignal,
): Promise<ToolResult> {
  const what = `sandbox ${sandboxId.slice(0, 12)}, asked to ${args[0] ?? ''},`;
  return withDeadline(what, TOOL_DEADLINE_MS, engine.clock, signal, async (bounded) => {
    const command = ['/pause', ...args];
    const session = await exec(engine, sandboxId, { command, tty: false, stdin: input !== undefined }, bounded);
    session.stdin?.end(input);
    const [stdout, stderr] = await Promise.all([textOf(session.stdout), textOf(session.stderr)]);
    const exitCode = await session.exitCode;
    return { exitCode, stdout, problem: stderr.trim().replace(/^error: /, '') };
  });
}

/** The same for a command that has no business failing. @throws `Internal` in its own words */
export async function runToolWell(
  engine: Engine,
  sandboxId: string,
  args: readonly string[],
  input: Buffer | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { exitCode, problem, stdout } = await runTool(engine, sandboxId, args, input, signal);
  if (exitCode === 0) return stdout;
  throw new KubeletteError('Internal', problem || `${args[0] ?? ''} ended with exit code ${exitCode}`);
}

async function textOf(stream: AsyncIterable<unknown> | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  if (stream !== undefined) for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
