import type { Buffer } from 'node:buffer';
import { podPath } from '../find-pod.js';
import { openRemoteCommand, type RemoteCommand } from '../remote-command.js';
import type { Session } from '../session.js';

/** The container a command runs in. */
export interface ContainerPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** How a command ended. */
export interface CommandEnd {
  readonly exitCode: number;
  /** The beginning of what it wrote to stderr. */
  readonly stderr: string;
}

/** More of it helps nobody. */
const STDERR_LIMIT = 2_000;

/**
 * Runs a command in a container, with streams of this program.
 * @throws ApiError when it is refused; KubeletteError when the connection breaks; what `input` and `output` throw
 */
export async function runPodCommand(
  session: Session,
  { container, namespace, pod }: ContainerPlace,
  command: readonly string[],
  {
    input,
    output = async () => undefined,
  }: { readonly input?: AsyncIterable<Buffer>; readonly output?: (chunk: Buffer) => Promise<void> },
): Promise<CommandEnd> {
  const stdin = input !== undefined;
  const path = `${podPath(namespace, pod)}/exec`;
  const remote = await openRemoteCommand(session, path, { command, container }, { stdin, tty: false });
  let stderr = '';
  const received = remote.receive(async (stream, chunk) => {
    if (stream === 'stdout') await output(chunk);
    else stderr = (stderr + chunk.toString()).slice(0, STDERR_LIMIT);
    return true;
  });
  try {
    // A command that ends early takes no more: that is told by how it ended, not by the sending.
    const exitCode = await Promise.race([received, sendAll(remote, input ?? []).then(() => received)]);
    return { exitCode: exitCode ?? 1, stderr: stderr.trim() };
  } finally {
    remote.close();
    // Its failure is the one that is told, or comes of the closing.
    await received.catch(() => undefined);
  }
}

async function sendAll(remote: RemoteCommand, input: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  for await (const chunk of input)
    if (!remote.send(chunk))
      try {
        await remote.drained();
      } catch {
        // The connection has ended; `receive` knows how.
        return;
      }
  remote.endInput();
}
