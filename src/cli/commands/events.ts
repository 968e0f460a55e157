import type { Command } from 'commander';
import { addClientFlags, collect, runClient } from '../client-command.js';
import type { EventsFlags } from '../client/events.js';
import type { CommandContext } from '../command.js';

/** `kubelette events`. */
export function registerEvents(program: Command, context: CommandContext): void {
  const command = program
    .command('events')
    .description('show what happened to objects, oldest first')
    .option('-A, --all-namespaces', 'of every namespace')
    .option('--for <object>', 'only about this object, for example pod/web')
    .option('--types <type>', 'only Normal or Warning', collect)
    .option('-w, --watch', 'then follow new ones')
    .option('--no-headers', 'no heading')
    .option('-o, --output <format>', 'json, yaml or name');
  addClientFlags(command).action((flags: EventsFlags) =>
    runClient(context, flags, async (session) => (await import('../client/events.js')).events(session, flags)),
  );
}
