import { Argument, type Command } from 'commander';
import { addClientFlags, runClient } from '../client-command.js';
import type { TopFlags } from '../client/top.js';
import type { CommandContext } from '../command.js';

const PODS = ['pod', 'pods', 'po'];
const NODES = ['node', 'nodes', 'no'];

/** `kubelette top pod|node [NAME]`. */
export function registerTop(program: Command, context: CommandContext): void {
  const command = program
    .command('top')
    .addArgument(new Argument('<type>', 'pod or node').choices([...PODS, ...NODES]))
    .argument('[name]', 'only this one')
    .description('show what pods or nodes use of CPU and memory')
    .option('-A, --all-namespaces', 'pods of every namespace')
    .option('--containers', 'each container of the pods')
    .option('--sum', 'a last line with the sum')
    .option('--sort-by <what>', 'cpu or memory, most first')
    .option('-l, --selector <selector>', 'only objects with these labels')
    .option('--field-selector <selector>', 'only objects with these fields')
    .option('--no-headers', 'no heading');
  addClientFlags(command).action((type: string, name: string | undefined, flags: TopFlags) =>
    runClient(context, flags, async (session) => {
      const { topNodes, topPods } = await import('../client/top.js');
      await (PODS.includes(type) ? topPods : topNodes)(session, name, flags);
    }),
  );
}
