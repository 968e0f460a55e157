import type Docker from 'dockerode';
import { hasCode } from '../lib/errors.js';
import type { CommandSession } from '../runtime/streams.js';
import type { DockerContext } from './context.js';
import { endHere, endThere } from './end-processes.js';

const POLL_MS = 25;

/**
 * Ends a command that runs in a container, with everything it started. The engine has no call for that: it only says
 * which process of its host the command is. When that host is ours we kill it ourselves, else a short-lived container
 * does that sees the host's processes.
 *
 * @throws `Unavailable` when it may still run
 */
export async function endCommand(
  context: DockerContext,
  containerId: string,
  execId: string,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<CommandSession['kill']>>> {
  let how: 'killed' | 'late' = 'killed';
  let pid = await runningPid(context, execId, signal);
  // Taken by the engine, but there is no process yet.
  while (pid === 0) {
    how = 'late';
    await context.engine.clock.sleep(POLL_MS, signal);
    pid = await runningPid(context, execId, signal);
  }
  if (pid === undefined) return 'ended';
  if (!(await endHere(pid, containerId))) await endThere(context, pid, containerId, signal);
  while ((await runningPid(context, execId, signal)) !== undefined) await context.engine.clock.sleep(POLL_MS, signal);
  return how;
}

/** Of the engine's host; 0 before it runs, undefined after its end. */
async function runningPid({ engine }: DockerContext, execId: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { ExitCode, Pid, Running } = await engine.call<Docker.ExecInspectInfo>(
      { method: 'GET', path: `/exec/${execId}/json` },
      signal,
    );
    return !Running && ExitCode !== null ? undefined : Pid;
  } catch (error) {
    // Its container is gone, and all processes with it.
    if (hasCode(error, 'NotFound')) return undefined;
    throw error;
  }
}
