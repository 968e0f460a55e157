import type { Command } from 'commander';
import { addClientFlags, collect, runClient } from '../client-command.js';
import type { PortForwardFlags } from '../client/port-forward.js';
import type { CommandContext } from '../command.js';

/** `kubelette port-forward POD [LOCAL:]REMOTE...`. */
export function registerPortForward(program: Command, context: CommandContext): void {
  const command = program
    .command('port-forward')
    .argument('[pod-and-ports...]', 'web 8080:80, pod/web :http')
    .description('reach ports of a pod at local ports, until interrupted')
    .option('--address <address>', 'where to listen (default: localhost); may be given again', collect);
  addClientFlags(command).action((args: string[], flags: PortForwardFlags) =>
    runClient(context, flags, async (session) =>
      (await import('../client/port-forward.js')).portForward(session, args, flags),
    ),
  );
}
