import { Command, CommanderError } from 'commander';
import { errorMessage } from '../lib/errors.js';
import { normalizeArgv } from './argv.js';
import { EXIT_USAGE, type CommandContext } from './command.js';
import { registerAgent } from './commands/agent.js';
import { registerApiResources } from './commands/api-resources.js';
import { registerCompletion } from './commands/completion.js';
import { registerCp } from './commands/cp.js';
import { registerDelete } from './commands/delete.js';
import { registerDescribe } from './commands/describe.js';
import { registerEvents } from './commands/events.js';
import { registerAttach, registerExec } from './commands/exec.js';
import { registerExplain } from './commands/explain.js';
import { registerGc } from './commands/gc.js';
import { registerGet } from './commands/get.js';
import { registerKubeconfig } from './commands/kubeconfig.js';
import { registerLogs } from './commands/logs.js';
import { registerNamespaces } from './commands/namespaces.js';
import { registerPortForward } from './commands/port-forward.js';
import { registerRun } from './commands/run.js';
import { registerTop } from './commands/top.js';
import { registerValidate } from './commands/validate.js';
import { registerVersion } from './commands/version.js';
import { registerWait } from './commands/wait.js';
import { registerApply, registerCreate } from './commands/write.js';
import { escapeLines } from './output/escape.js';
import type { Terminal } from './terminal.js';

const EXAMPLES = `
Examples:
  kubelette run -f pod.yaml              run pods in the foreground, their logs on the terminal
  kubelette agent --manifest-dir pods/   a node agent: every manifest in the folder runs, and follows edits
  kubelette namespaces web               prove which namespaces the containers of pod "web" share
`;

/**
 * Runs the command line `args` (without node and script) to its end.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted, or what `run` passes on
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const context: CommandContext = { terminal, exit: (code) => (exitCode = code) };
  const program = createProgram(context);
  try {
    // What scripts of shells ask; not for people, so no help mentions it.
    if (args[0] === '__complete') {
      const { completeCommandLine } = await import('./completion/complete.js');
      await completeCommandLine(program, args.slice(1), terminal);
      return 0;
    }
    if (args.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(normalizeArgv(args), { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed its own message already; help and the like come with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    terminal.err.write(`error: ${escapeLines(errorMessage(error))}\n`);
    return 1;
  }
}

function createProgram(context: CommandContext): Command {
  const { out, err } = context.terminal;
  const program = new Command('kubelette')
    .description('Runs Kubernetes Pods on the Docker engine you already have.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .showHelpAfterError('(what there is: kubelette --help, and kubelette COMMAND --help)')
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .helpCommand(true);
  // After exitOverride and configureOutput: sub-commands copy these settings when they are made.
  for (const register of [
    registerAgent,
    registerRun,
    registerValidate,
    registerNamespaces,
    registerKubeconfig,
    registerGet,
    registerDescribe,
    registerLogs,
    registerApply,
    registerCreate,
    registerDelete,
    registerExec,
    registerAttach,
    registerCp,
    registerPortForward,
    registerWait,
    registerEvents,
    registerTop,
    registerApiResources,
    registerExplain,
    registerCompletion,
    registerGc,
    registerVersion,
  ])
    register(program, context);
  return program;
}
