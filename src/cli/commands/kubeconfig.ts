import { Option, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { KubeletteError } from '../../lib/errors.js';
import type { CommandContext } from '../command.js';
import { defaultDataDir, displayPath } from '../files.js';
import { interruptible } from '../interrupts.js';
import { escapeText } from '../output/escape.js';
import type { Terminal } from '../terminal.js';

interface KubeconfigFlags {
  readonly dataDir: string;
  readonly merge?: true;
  readonly remove?: true;
  readonly switchContext: boolean;
  readonly kubeconfig?: string;
}

/** What the agent calls its cluster, user and context. */
const CONTEXT = 'kubelette';

/** `kubelette kubeconfig`: how kubectl finds the agent. */
export function registerKubeconfig(program: Command, { terminal }: CommandContext): void {
  program
    .command('kubeconfig')
    .description('print the kubeconfig of the agent, or merge it into your own')
    .addOption(
      new Option('--data-dir <dir>', 'of the agent')
        .env('KUBELETTE_DATA_DIR')
        .default(defaultDataDir(terminal.env, homedir())),
    )
    .addOption(
      new Option('--merge', `put context "${CONTEXT}" into your kubeconfig and switch to it`).conflicts('remove'),
    )
    .option('--remove', `take context "${CONTEXT}" out of your kubeconfig`)
    .option('--no-switch-context', 'with --merge: leave the current context as it is')
    .option('--kubeconfig <file>', 'your kubeconfig (default: as kubectl, $KUBECONFIG or ~/.kube/config)')
    .action((flags: KubeconfigFlags) => interruptible((interrupted) => kubeconfig(flags, terminal, interrupted)));
}

async function kubeconfig(flags: KubeconfigFlags, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const source = join(resolve(flags.dataDir), 'kubeconfig');
  if (flags.merge !== true && flags.remove !== true) {
    terminal.out.write(await printable(source));
    return;
  }
  const [{ mergeKubeconfig, removeFromKubeconfig }, { kubeconfigFiles }] = await Promise.all([
    import('../kubeconfig/change-files.js'),
    import('../kubeconfig/files.js'),
  ]);
  const home = homedir();
  const change = { files: kubeconfigFiles(flags.kubeconfig, terminal.env, home), source, clock: terminal.clock };
  const shown = (paths: readonly string[]): string => paths.map((path) => displayPath(path, home)).join(', ');
  if (flags.remove === true) {
    const changed = await removeFromKubeconfig(change, CONTEXT, signal);
    say(
      terminal,
      changed.length === 0
        ? `no context "${CONTEXT}" in ${shown(change.files)}`
        : `context "${CONTEXT}" removed from ${shown(changed)}`,
    );
    return;
  }
  const { context, written } = await mergeKubeconfig({ ...change, switchContext: flags.switchContext }, signal);
  say(
    terminal,
    written.length === 0 ? `context "${context}" is up to date` : `context "${context}" written to ${shown(written)}`,
  );
  say(terminal, flags.switchContext ? 'try: kubectl get pods' : `try: kubectl --context ${context} get pods`);
}

async function printable(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new KubeletteError(
      'NotFound',
      `no kubeconfig at ${path} (start "kubelette agent" with this --data-dir first)`,
    );
  }
}

const say = ({ out }: Terminal, line: string): void => void out.write(`${escapeText(line)}\n`);
