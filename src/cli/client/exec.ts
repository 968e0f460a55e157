import { KubeletteError } from '../../lib/errors.js';
import type { Terminal } from '../terminal.js';
import { runCommandSession } from './command-session.js';
import { findPod, podPath } from './find-pod.js';
import { chooseContainer, type ClientPod } from './pod-containers.js';
import type { ClientFlags, Session } from './session.js';

export interface CommandFlags extends ClientFlags {
  readonly container?: string;
  readonly stdin?: true;
  readonly tty?: true;
  readonly quiet?: true;
}

/** What was written to has gone: 128 + SIGPIPE. */
const EXIT_NO_READER = 141;

/** `exec POD -- COMMAND`: runs a command in a container; its exit code becomes this program's. */
export async function exec(
  session: Session,
  args: readonly string[],
  dashes: boolean,
  flags: CommandFlags,
): Promise<void> {
  const [argument, ...command] = args;
  if (argument === undefined) throw new KubeletteError('Invalid', 'pod, type/name or --filename must be specified');
  if (command.length > 0 && !dashes)
    throw new KubeletteError(
      'Invalid',
      'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead',
    );
  if (command.length === 0)
    throw new KubeletteError('Invalid', 'you must specify at least one command for the container');
  const pod = await findPod(session, argument, 'execute in');
  refuseCompleted(pod, 'exec into');
  const container = containerOf(session, pod, flags);
  const tty = wantsTty(session.terminal, flags);
  const code = await runCommandSession(
    session,
    `${podPath(session.namespace, pod.metadata.name)}/exec`,
    { command, container },
    { stdin: flags.stdin === true, tty, redraw: false },
  );
  if (code === 0) return;
  if (code === undefined) {
    session.exit(EXIT_NO_READER);
    return;
  }
  session.terminal.err.write(`command terminated with exit code ${code}\n`);
  session.exit(code);
}

/** @throws KubeletteError `Invalid`: nothing runs in such a pod */
export function refuseCompleted({ status }: ClientPod, doing: string): void {
  const phase = status?.phase ?? 'Pending';
  if (phase === 'Succeeded' || phase === 'Failed')
    throw new KubeletteError('Invalid', `cannot ${doing} a container in a completed pod; current phase is ${phase}`);
}

/** The container's name; tells the user when it was chosen for them. */
export function containerOf({ terminal }: Session, pod: ClientPod, { container, quiet }: CommandFlags): string {
  // A name the pod has not is refused by the server, in its words.
  if (container !== undefined) return container;
  const { name, notice } = chooseContainer(pod);
  if (notice !== undefined && quiet !== true) terminal.err.write(`${notice}\n`);
  return name;
}

/** A terminal is for both ways only, and where there is one. */
export function wantsTty({ err, input }: Terminal, { quiet, stdin, tty }: CommandFlags): boolean {
  if (tty !== true || stdin !== true) return false;
  if (input?.isTTY === true) return true;
  if (quiet !== true) err.write('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  return false;
}
