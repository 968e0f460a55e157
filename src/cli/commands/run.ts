import type { Command } from 'commander';
import { Option } from 'commander';
import { hostname } from 'node:os';
import { dockerHostOption, nodeNameOption, podSecurityOption, type EngineFlags } from '../agent-flags.js';
import { EXIT_USAGE, type CommandContext } from '../command.js';
import { interruptible } from '../interrupts.js';
import { SHOW_CURSOR } from '../run/live-screen.js';
import { runNodeName } from '../node-name.js';
import type { PodSecurityLevel } from '../../api/pod-security/evaluate.js';
import type { LogLevel } from '../../lib/logger.js';

interface RunFlags extends EngineFlags {
  readonly filename: readonly string[];
  readonly watch?: true;
  readonly view: 'logs' | 'table';
  readonly nodeName: string;
  readonly podSecurity: PodSecurityLevel;
  readonly logLevel: LogLevel;
}

/** `kubelette run -f FILE...`: pods in the foreground, gone with it. */
export function registerRun(program: Command, { terminal, exit }: CommandContext): void {
  program
    .command('run')
    .description('run pods in the foreground; Ctrl-C deletes them')
    .requiredOption('-f, --filename <path...>', 'manifest files, folders of them, or - for standard input')
    .option('-w, --watch', 'follow edits of the files, and run until interrupted')
    .addOption(new Option('--view <view>', 'what to show').choices(['logs', 'table']).default('logs'))
    .addOption(nodeNameOption('owner of everything on the engine').default(runNodeName(hostname(), process.pid)))
    .addOption(podSecurityOption())
    .addOption(dockerHostOption())
    .addOption(
      new Option('--log-level <level>', 'what of the agent itself to show')
        .choices(['silent', 'error', 'warn', 'info', 'debug'])
        .default('warn')
        .env('KUBELETTE_LOG_LEVEL'),
    )
    .action(async (flags: RunFlags, command: Command) => {
      if (flags.watch === true && flags.filename.includes('-'))
        command.error('error: --watch needs files, not standard input', { exitCode: EXIT_USAGE });
      const { runManifests } = await import('../run/run-manifests.js');
      exit(await interruptible((interrupted) => runManifests(flags, terminal, interrupted), leftBehind));

      function leftBehind(): void {
        if (terminal.out.isTTY === true) terminal.out.write(SHOW_CURSOR);
        terminal.err.write(`\nleft things behind; to remove them: kubelette gc --node-name ${flags.nodeName}\n`);
      }
    });
}
