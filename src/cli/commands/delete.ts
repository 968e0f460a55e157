import type { Command } from 'commander';
import { addClientFlags, collect, runClient } from '../client-command.js';
import type { DeleteFlags } from '../client/delete.js';
import type { CommandContext } from '../command.js';

/** `kubelette delete TYPE NAME...`, `TYPE/NAME...`, `-f FILE`. */
export function registerDelete(program: Command, context: CommandContext): void {
  const command = program
    .command('delete')
    .argument('[type-and-names...]', 'pod web, pod/web, pods -l app=web')
    .description('delete objects, and wait until they are gone')
    .option('-f, --filename <path>', 'the objects of this file, folder or URL, or - for standard input', collect)
    .option('-R, --recursive', 'folders with all below them')
    .option('-l, --selector <selector>', 'objects with these labels')
    .option('--field-selector <selector>', 'objects with these fields')
    .option('--all', 'all objects of the type in the namespace')
    .option('-A, --all-namespaces', 'of every namespace')
    .option('--grace-period <seconds>', 'time to end in, instead of the pod’s own')
    .option('--now', 'the same as --grace-period=1')
    .option('--force', 'kill at once')
    .option('--wait', 'wait until the objects are gone (default)', true)
    .option('--no-wait', 'do not wait')
    .option('--timeout <duration>', 'give up waiting after this time (default: never)', '0')
    .option('--cascade [how]', 'background, foreground or orphan: what becomes of dependent objects')
    .option('--ignore-not-found', 'what does not exist is no failure')
    .option('--dry-run [how]', 'none, client or server: only say what would happen')
    .option('-o, --output <format>', 'name');
  addClientFlags(command).action((args: string[], flags: DeleteFlags) =>
    runClient(context, flags, async (session) =>
      (await import('../client/delete.js')).deleteObjects(session, args, flags),
    ),
  );
}
