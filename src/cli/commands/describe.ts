import type { Command } from 'commander';
import { addClientFlags, collect, runClient } from '../client-command.js';
import type { DescribeFlags } from '../client/describe.js';
import type { CommandContext } from '../command.js';

/** `kubelette describe TYPE [NAME...]`. */
export function registerDescribe(program: Command, context: CommandContext): void {
  const command = program
    .command('describe')
    .argument('[type-and-names...]', 'pod web, pod/web, pods -l app=web, node')
    .description('show all about objects, with what happened to them')
    .option('-f, --filename <path>', 'the objects of this file, folder or URL, or - for standard input', collect)
    .option('-R, --recursive', 'folders with all below them')
    .option('-l, --selector <selector>', 'only objects with these labels')
    .option('-A, --all-namespaces', 'of every namespace')
    .option('--show-events', 'with the events about them (default)', true)
    .option('--no-show-events', 'without');
  addClientFlags(command).action((args: string[], flags: DescribeFlags) =>
    runClient(context, flags, async (session) =>
      (await import('../client/describe.js')).describe(session, args, flags),
    ),
  );
}
