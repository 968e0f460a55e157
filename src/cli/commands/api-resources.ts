import type { Command } from 'commander';
import { addClientFlags, runClient } from '../client-command.js';
import type { ApiResourcesFlags } from '../client/api-resources.js';
import type { CommandContext } from '../command.js';

/** `kubelette api-resources`. */
export function registerApiResources(program: Command, context: CommandContext): void {
  const command = program
    .command('api-resources')
    .description('list the types of objects, with their short names')
    .option('--api-group <group>', 'only of this group, "" for the core group')
    .option('--namespaced [bool]', 'only those in namespaces, or with =false those outside')
    .option('--no-headers', 'no heading')
    .option('-o, --output <format>', 'wide or name');
  addClientFlags(command).action((flags: ApiResourcesFlags) =>
    runClient(context, flags, async (session) =>
      (await import('../client/api-resources.js')).apiResources(session, flags),
    ),
  );
}
