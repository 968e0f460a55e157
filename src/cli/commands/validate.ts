import type { Command } from 'commander';
import { outputOption } from '../agent-flags.js';
import type { CommandContext } from '../command.js';
import { painter } from '../output/colour.js';
import { escapeText } from '../output/escape.js';
import { formatStructured, type StructuredFormat } from '../output/structured.js';

interface ValidateFlags {
  readonly filename: readonly string[];
  readonly output?: StructuredFormat;
}

/** `kubelette validate -f FILE...`: everything that is wrong with manifests, without running them. */
export function registerValidate(program: Command, { terminal, exit }: CommandContext): void {
  program
    .command('validate')
    .description('check manifests and print every problem with file, line, column and field path')
    .requiredOption('-f, --filename <path...>', 'manifest files, folders of them, or - for standard input')
    .addOption(outputOption('json', 'yaml'))
    .action(async ({ filename, output }: ValidateFlags) => {
      const { countText, problemLine, readManifests } = await import('../manifests.js');
      const found = await readManifests(filename);
      const { files, pods, problems, warnings } = found;
      if (problems.length > 0) exit(1);
      if (output !== undefined) {
        const summary = { files, pods: pods.length, problems, warnings };
        terminal.out.write(await formatStructured(summary, output));
        return;
      }
      const paint = painter(terminal.out, terminal.env);
      for (const problem of problems)
        terminal.out.write(`${paint('red', escapeText(problemLine(problem, 'error')))}\n`);
      for (const warning of warnings)
        terminal.out.write(`${paint('yellow', escapeText(problemLine(warning, 'warning')))}\n`);
      terminal.err.write(`${countText({ files, problems, warnings })}\n`);
    });
}
