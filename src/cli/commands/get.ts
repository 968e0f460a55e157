import type { Command } from 'commander';
import { addClientFlags, collect, runClient } from '../client-command.js';
import type { GetFlags } from '../client/get-targets.js';
import type { CommandContext } from '../command.js';

/** `kubelette get TYPE [NAME...]`: objects of the agent, as kubectl shows them. */
export function registerGet(program: Command, context: CommandContext): void {
  const command = program
    .command('get')
    .argument('[type-and-names...]', 'pods, po,cm, pod web, pod/web, all')
    .description('show objects: pods, config maps, events, …')
    .option('-f, --filename <path>', 'the objects of this file, folder or URL, or - for standard input', collect)
    .option('-R, --recursive', 'folders with all below them')
    .option('-A, --all-namespaces', 'of every namespace')
    .option('-l, --selector <selector>', 'only objects with these labels, for example app=web')
    .option('--field-selector <selector>', 'only objects with these fields, for example status.phase=Running')
    .option('-o, --output <format>', 'wide, json, yaml or name')
    .option('--no-headers', 'no heading')
    .option('--show-labels', 'a last column with all labels')
    .option('-L, --label-columns <label>', 'a column for this label; may be given again', collect)
    .option('--show-managed-fields', 'with -o json and yaml: also who owns which field')
    .option('--ignore-not-found', 'what does not exist is no failure')
    .option('-w, --watch', 'then follow changes')
    .option('--watch-only', 'follow changes, without what is there')
    .option('--output-watch-events', 'with a watch: a first column that says what happened')
    .option('--raw <path>', 'print what the server answers to this path');
  addClientFlags(command).action((args: string[], flags: GetFlags) =>
    runClient(context, flags, async (session) => (await import('../client/get.js')).get(session, args, flags)),
  );
}
