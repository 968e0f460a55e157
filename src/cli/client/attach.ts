import { KubeletteError } from '../../lib/errors.js';
import { runCommandSession } from './command-session.js';
import { containerOf, refuseCompleted, wantsTty, type CommandFlags } from './exec.js';
import { findPod, podPath } from './find-pod.js';
import type { Session } from './session.js';

/** Since kubectl 1.34. */
const NOTICE = `All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.
If you don't see a command prompt, try pressing enter.
`;

/** `attach POD`: the streams of a container's own process. */
export async function attach(session: Session, args: readonly string[], flags: CommandFlags): Promise<void> {
  const [argument, ...more] = args;
  if (argument === undefined) throw new KubeletteError('Invalid', 'at least 1 argument is required for attach');
  if (more.length > 0) throw new KubeletteError('Invalid', 'expected POD, TYPE/NAME, or TYPE NAME');
  const { terminal } = session;
  const pod = await findPod(session, argument, 'attach to');
  refuseCompleted(pod, 'attach');
  const container = containerOf(session, pod, flags);
  const spec = pod.spec.containers.find(({ name }) => name === container);
  let tty = flags.tty === true;
  if (tty && spec?.tty !== true) {
    if (flags.quiet !== true)
      terminal.err.write(`error: Unable to use a TTY - container ${container} did not allocate one\n`);
    tty = false;
  }
  // A container with a terminal has one stream, whatever was asked for.
  const isRaw = tty ? wantsTty(terminal, flags) : spec?.tty === true;
  if (flags.quiet !== true) terminal.err.write(NOTICE);
  await runCommandSession(
    session,
    `${podPath(session.namespace, pod.metadata.name)}/attach`,
    { container },
    { stdin: flags.stdin === true, tty: isRaw, redraw: true },
  );
}
