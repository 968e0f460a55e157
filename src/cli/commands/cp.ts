import type { Command } from 'commander';
import { addClientFlags, runClient } from '../client-command.js';
import type { CopyFlags } from '../client/cp.js';
import type { CommandContext } from '../command.js';

/** `kubelette cp SOURCE DESTINATION`, one of them `[NAMESPACE/]POD:PATH`. */
export function registerCp(program: Command, context: CommandContext): void {
  const command = program
    .command('cp')
    .argument('[source-and-destination...]', 'page.html web:/srv/, web:/var/log/app ./log, ns/web:/file .')
    .description('copy files and folders to and from containers; needs tar in the container')
    .option('-c, --container <name>', 'default: the first')
    .option('--no-preserve', 'do not keep owners and permissions in the container');
  addClientFlags(command).action((args: string[], flags: CopyFlags) =>
    runClient(context, flags, async (session) => (await import('../client/cp.js')).copy(session, args, flags)),
  );
}
