import type { Command } from 'commander';
import { addClientFlags, runClient } from '../client-command.js';
import type { CommandFlags } from '../client/exec.js';
import type { CommandContext } from '../command.js';

/** `kubelette exec POD -- COMMAND`. */
export function registerExec(program: Command, context: CommandContext): void {
  const command = program
    .command('exec')
    .argument('[pod-and-command...]', 'web -- ls -l')
    .description('run a command in a container');
  addStreamFlags(command).action((args: string[], flags: CommandFlags) => {
    // Commander takes the dashes away; what it was given it keeps.
    const { rawArgs } = program as Command & { readonly rawArgs: readonly string[] };
    return runClient(context, flags, async (session) =>
      (await import('../client/exec.js')).exec(session, args, rawArgs.includes('--'), flags),
    );
  });
}

/** `kubelette attach POD`. */
export function registerAttach(program: Command, context: CommandContext): void {
  const command = program
    .command('attach')
    .argument('[pod...]', 'web, pod/web')
    .description('connect to the process a container runs');
  addStreamFlags(command).action((args: string[], flags: CommandFlags) =>
    runClient(context, flags, async (session) => (await import('../client/attach.js')).attach(session, args, flags)),
  );
}

const addStreamFlags = (command: Command): Command =>
  addClientFlags(
    command
      .option('-c, --container <name>', 'default: the first')
      .option('-i, --stdin', 'pass standard input on')
      .option('-t, --tty', 'with a terminal, together with -i')
      .option('-q, --quiet', 'only what the container writes'),
  );
