import type { Command } from 'commander';
import { addClientFlags, runClient } from '../client-command.js';
import type { ExplainFlags } from '../client/explain.js';
import type { CommandContext } from '../command.js';

/** `kubelette explain TYPE[.FIELD...]`. */
export function registerExplain(program: Command, context: CommandContext): void {
  const command = program
    .command('explain')
    .argument('[type-and-fields...]', 'pod, pod.spec.containers, cm.data')
    .description('say what a type of objects, or a field of one, is')
    .option('-R, --recursive', 'all fields below, with their types')
    .option('--api-version <version>', 'of this version, for example coordination.k8s.io/v1');
  addClientFlags(command).action((args: string[], flags: ExplainFlags) =>
    runClient(context, flags, async (session) => (await import('../client/explain.js')).explain(session, args, flags)),
  );
}
