import type { Command } from 'commander';
import { addClientFlags, runClient } from '../client-command.js';
import type { LogsFlags } from '../client/logs.js';
import type { CommandContext } from '../command.js';

/** `kubelette logs POD`: what its containers have written. */
export function registerLogs(program: Command, context: CommandContext): void {
  const command = program
    .command('logs')
    .argument('[pod-and-container...]', 'web, pod/web, web sidecar')
    .description('print what the containers of a pod have written')
    .option('-c, --container <name>', 'default: the first')
    .option('--all-containers', 'of all containers')
    .option('-f, --follow', 'go on until the container ends')
    .option('-p, --previous', 'of the instance before this one')
    .option('--timestamps', 'when each line was written')
    .option('--tail <lines>', 'the last lines only (default: all; 10 with -l)')
    .option('--since <duration>', 'not older than this, for example 5m')
    .option('--since-time <time>', 'not older than this, RFC 3339')
    .option('--limit-bytes <bytes>', 'at most so much')
    .option('-l, --selector <selector>', 'of all pods with these labels')
    .option('--prefix', 'begin each line with pod and container')
    .option('--ignore-errors', 'go on with the others when one cannot be read')
    .option('--max-log-requests <count>', 'containers followed at a time', '5');
  addClientFlags(command).action((args: string[], flags: LogsFlags) =>
    runClient(context, flags, async (session) => (await import('../client/logs.js')).logs(session, args, flags)),
  );
}
