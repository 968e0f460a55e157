import { Argument, type Command } from 'commander';
import type { CommandContext } from '../command.js';
import { SHELLS, type Shell } from '../completion/scripts.js';

const EXAMPLES = `
Examples:
  source <(kubelette completion bash)       for this shell; bash and zsh
  kubelette completion fish | source        for this shell; fish
`;

/** `kubelette completion bash|zsh|fish`: a script for the shell. */
export function registerCompletion(program: Command, { terminal }: CommandContext): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .description('print what makes a shell complete commands, flags and names')
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../completion/scripts.js');
      terminal.out.write(completionScript(shell));
    });
}
