import type { Command } from 'commander';
import { addClientFlags, collect, runClient } from '../client-command.js';
import type { WaitFlags } from '../client/wait.js';
import type { CommandContext } from '../command.js';

/** `kubelette wait --for=condition=Ready pod/web`. */
export function registerWait(program: Command, context: CommandContext): void {
  const command = program
    .command('wait')
    .argument('[type-and-names...]', 'pod/web, pods --all, pod -l app=web')
    .description('wait until objects are as demanded')
    .option(
      '--for <what>',
      'condition=Ready[=false], delete, create, jsonpath={.status.phase}=Running or jsonpath={.status.podIP}',
    )
    .option('--timeout <duration>', 'give up after this time; 0 looks once', '30s')
    .option('-f, --filename <path>', 'the objects of this file, folder or URL, or - for standard input', collect)
    .option('-R, --recursive', 'folders with all below them')
    .option('-l, --selector <selector>', 'objects with these labels')
    .option('--field-selector <selector>', 'objects with these fields')
    .option('--all', 'all objects of the type in the namespace')
    .option('-A, --all-namespaces', 'of every namespace');
  addClientFlags(command).action((args: string[], flags: WaitFlags) =>
    runClient(context, flags, async (session) => (await import('../client/wait.js')).wait(session, args, flags)),
  );
}
