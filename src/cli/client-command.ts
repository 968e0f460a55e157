import type { Command } from 'commander';
import type { ClientFlags, Session } from './client/session.js';
import type { CommandContext } from './command.js';

/** Adds the flags every client command has. */
export const addClientFlags = (command: Command): Command =>
  command
    .option('-n, --namespace <namespace>', 'Kubernetes namespace (default: of the context)')
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, else the kubeconfig of the agent’s data directory')
    .option('--context <name>', 'context of the kubeconfig (default: the current one)')
    .option('--request-timeout <duration>', 'give up after this time (default: never)');

/** For flags that may be given again, or hold several values with commas between. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...value.split(','),
];

/** Runs a client command with its connection. Nothing of the client is loaded before, so other commands start fast. */
export async function runClient(
  context: CommandContext,
  flags: ClientFlags,
  command: (session: Session) => Promise<void>,
): Promise<void> {
  const { runSession } = await import('./client/session.js');
  await runSession(context, flags, command);
}
